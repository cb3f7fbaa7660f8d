#!/usr/bin/env bash
# posehost schedule as a user calls it. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
tutorial=$source/configs/tutorial/schedules

says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}
schedule() { "$posehost" schedule "$@"; }

# Every schedule of the tutorial can be shown without model and data.
for config in "$tutorial"/*.json; do
  run 0 schedule "$config" --iters-per-epoch 100 --csv "$work/all.csv"
  [[ $config == */runtime.json ]] || expect "org.posehost.schedules/"
  iterations=21000
  [[ $config == */iterations.json ]] && iterations=40000
  [[ $(wc -l < "$work/all.csv") == $((iterations + 1)) ]] || fail "$config: not a row for each iteration" "$output"
done

says 0 "Examples:" schedule --help
cd "$tutorial"
says 0 "step.json: 210 epochs of 100 iterations, 1 parameter group" schedule step.json --iters-per-epoch 100
expect "lr: org.posehost.schedules/Step, org.posehost.schedules/Warmup"
expect " 16999 169 0 0.02 0.9 17000 170 0 0.002 0.9"  # the step, just before and just after
expect "iteration: 0 to 20999"
says 0 "step.json: 7 epochs of 10" schedule step.json --set total_epochs=7 --set lr_config.warmup_iters=20 --iters-per-epoch 10
expect "step at epoch 170 is never reached"

# Groups, CSV.
run 0 schedule one_cycle.json --iters-per-epoch 3 --group '{}' --group '{"lr": 0.1, "momentum": 0.8}' --csv "$work/a.csv"
[[ $(head -n 2 "$work/a.csv") == $'iter,epoch,group,lr,momentum\n0,0,0,0.0040000000000000036,0.95' ]] || fail "csv" "$(head -n 3 "$work/a.csv")"
[[ $(wc -l < "$work/a.csv") == $((210 * 3 * 2 + 1)) ]] || fail "rows of the csv"

# Several optimizers: whose the groups are, nothing where one has no such hyper-parameter.
two='optimizer={"backbone": {"type": "SGD", "lr": 0.1}, "keypoint_head": {"type": "Adam", "lr": 0.01}}'
says 0 "group 1: keypoint_head: Adam" schedule exp.json --iters-per-epoch 2 --set "$two" --csv "$work/two.csv" \
  --set 'schedules={"beta2": {"policy": "fixed"}}' --out "$work/two.svg"
expect " 0 0 0 0.1 0 -"
[[ $(sed -n 2,3p "$work/two.csv") == $'0,0,0,0.1,0,\n0,0,1,0.01,0.9,0.999' ]] || fail "csv of two" "$(head -n 3 "$work/two.csv")"
grep -q ">lr of group 1, keypoint_head: Adam<" "$work/two.svg" || fail "no group of the second in the picture"
schedule exp.json --iters-per-epoch 2 --set "$two" --set 'schedules={"beta2": {"policy": "fixed"}}' --json > "$work/two.json"
python3 -c 'import json, sys
run = json.load(open(sys.argv[1]))["runs"][0]
assert run["rows"][0] == [0, 0, 0, 0.1, 0, None] and run["rows"][1][5] == 0.999, run["rows"][:2]
assert "beta2" not in run["groups"][0] and run["groups"][1]["optimizer"] == "keypoint_head: Adam"' "$work/two.json" || fail "json of two"
says 0 "5 parameter groups" schedule exp.json --iters-per-epoch 2 --set "$two" --group '{"optimizer": "backbone"}' \
  --group '{"optimizer": "backbone", "lr": 1}' --group '{"optimizer": "keypoint_head"}' \
  --group '{"optimizer": "keypoint_head", "beta1": 0.5}' --group '{"optimizer": "keypoint_head", "lr": 2}'

# Pictures, with what stands in them.
says 0 "plot $work/b.svg" schedule cyclic.json --iters-per-epoch 20 --out "$work/b.svg" --against one_cycle.json
for text in "cyclic.json and one_cycle.json" "cyclic.json lr" "one_cycle.json momentum" iteration; do
  grep -q ">$text<" "$work/b.svg" || fail "no \"$text\" in the picture"
done
run 0 schedule cyclic.json --iters-per-epoch 20 --out "$work/b.png"
[[ $(head -c 4 "$work/b.png" | od -An -tx1) == " 89 50 4e 47" ]] || fail "no PNG"
run 0 schedule cyclic.json --iters-per-epoch 20 --out "$work/b.pdf"
[[ $(head -c 5 "$work/b.pdf") == "%PDF-" ]] || fail "no PDF"

# JSON for programs.
schedule weight_decay.json --iters-per-epoch 2 --json > "$work/a.json"
python3 - "$work/a.json" <<'CHECK'
import json, math, sys
run = json.load(open(sys.argv[1]))["runs"][0]
assert run["columns"] == ["iter", "epoch", "group", "lr", "momentum", "weight_decay"], run["columns"]
assert len(run["rows"]) == 420 and run["groups"][0]["lr"] == 0.02
assert run["rows"][211][:3] == [211, 105, 0], run["rows"][211]
assert abs(run["rows"][210][3] - 0.01) < 1e-15 and run["rows"][419][4] == 0.9
assert abs(run["rows"][210][5] - 0.00055) < 1e-15
CHECK

# What is worth knowing before a training.
says 0 "note: lr also follows AP" schedule plateau.json --iters-per-epoch 100
says 0 "lr of group 1 is 0 throughout" schedule step.json --iters-per-epoch 100 --group '{}' --group '{"lr": 0}'
says 0 "--group stands for others" schedule step.json --iters-per-epoch 100 --set 'optimizer.paramwise_cfg={"norm_decay_mult": 0}'
says 0 "momentum of group 0 reaches 1.8" schedule momentum.json --iters-per-epoch 100 --set lr_config=null --set momentum_config.warmup_ratio=0.5

says 0 "step every 500 epochs is never reached: the run has 210" schedule step.json --iters-per-epoch 100 --set lr_config.step=500
says 0 "no milestones" schedule step.json --iters-per-epoch 100 --set 'lr_config.step=[]'
says 0 "lr comes from lr_config alone" schedule one_cycle.json --iters-per-epoch 100
says 0 "poly.json: 210 epochs" schedule poly.json --iters-per-epoch 100 --set lr_config.warmup_iters=9 --set lr_config.warmup=null

# What is refused, with nothing written.
says 2 "is no finite number in iteration" schedule inv.json --iters-per-epoch 100 --set lr_config.power=-500 --csv "$work/c.csv"
says 2 "/lr_config/warmup_iters: out of range" schedule step.json --iters-per-epoch 100 --set lr_config.warmup_iters=0
says 2 "of which optimizer is this group" schedule exp.json --iters-per-epoch 2 --set "$two" --group '{"lr": 1}'
says 2 "/total_epochs: out of range" schedule exp.json --iters-per-epoch 2 --set total_epochs=0
says 2 "--iters-per-epoch 100" schedule step.json
says 2 "not known how many iterations an epoch has" schedule step.json
says 2 "warm-up of 500 iterations, the run has 210" schedule step.json --iters-per-epoch 1
says 2 "the periods end 90 epochs before the run" schedule cosine_restart.json --iters-per-epoch 5 --set total_epochs=300
says 3 'there is no schedule "stp"' schedule step.json --iters-per-epoch 5 --set lr_config.policy='"stp"'
says 2 "max_lr has 2 values; expected 1" schedule one_cycle.json --iters-per-epoch 9 --set 'lr_config.max_lr=[1, 2]'
says 2 ".png, .svg or .pdf" schedule step.json --iters-per-epoch 100 --out "$work/c.jpg" --csv "$work/c.csv"
says 2 "--iters-per-epoch" schedule step.json --iters-per-epoch 0
says 2 "--group" schedule step.json --group '{}'
says 2 "--against" schedule step.json --against exp.json --iters-per-epoch 100 --csv "$work/c.csv"
says 2 "at most 100000000 rows" schedule exp.json --iters-per-epoch 1000000000 --csv "$work/c.csv"
says 2 "more iterations than can be counted" schedule exp.json --iters-per-epoch 9 --set total_epochs=9000000000000000000
says 6 "gnuplot" env PATH="$work" "$posehost" schedule step.json --iters-per-epoch 100 --out "$work/c.svg"
[[ ! -e $work/c.csv && ! -e $work/c.svg ]] || fail "something was written"
echo "all as expected"
