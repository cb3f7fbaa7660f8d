#!/usr/bin/env bash
# posehost analyze-logs as a user calls it. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
posehost=$2/bin/posehost

says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}
analyze() { "$posehost" analyze-logs "$@"; }

cd "$work"
# mmcv's: three epochs of four rows, with validation.
python3 - <<'MAKE'
import json
def rows(name, scale):
    with open(name, "w") as f:
        f.write(json.dumps({"env_info": "x", "seed": 0, "exp_name": "cfg.py"}) + "\n")
        for epoch in 1, 2, 3:
            for k in 1, 2, 3, 4:
                loss = scale / (4 * epoch + k)
                f.write(json.dumps({"mode": "train", "epoch": epoch, "iter": 50 * k, "lr": 0.1 * 0.5 ** epoch,
                                    "mse_loss": loss, "acc_pose": 0.1 * epoch, "loss": loss,
                                    "time": 5.0 if k == 1 else 0.1 * epoch + 0.01 * k}) + "\n")
            f.write(json.dumps({"mode": "val", "epoch": epoch, "iter": 8, "AP": 0.2 * epoch, "lr": 0.1}) + "\n")
rows("a.log.json", 1)
rows("b.log.json", 2)
with open("long.log.json", "w") as f:
    for i in range(100_000):
        f.write(json.dumps({"mode": "train", "epoch": i // 1000 + 1, "iter": (i % 1000 + 1) * 10, "lr": 0.1,
                            "memory": 1000, "data_time": 0.01, "heatmap_loss": 1 / (i + 1), "acc_pose": 0.5,
                            "loss": 1 / (i + 1), "time": 0.3}) + "\n")
MAKE

# cal_train_time, line by line. Means over rows 2 to 4 of an epoch: 0.13, 0.23, 0.33.
expected='-----Analyze train time of a.log.json-----
slowest epoch 3, average time is 0.3300
fastest epoch 1, average time is 0.1300
time std over epochs is 0.0816
average iter time: 0.2300 s/iter
'
[[ $(analyze cal_train_time a.log.json; echo .) == "$expected"$'\n'. ]] || fail "report" "$(analyze cal_train_time a.log.json)"
says 0 "average iter time: 1.4225 s/iter" analyze cal_train_time a.log.json --include-outliers
expect "slowest epoch 3, average time is 1.4975"
says 0 '"average_iter_time": 0.23' analyze cal_train_time a.log.json b.log.json --json

# plot_curve: several logs and keys in one figure.
says 0 "plot curve of a.log.json, metric is loss plot curve of a.log.json, metric is acc_pose plot curve of b.log.json" \
  analyze plot_curve a.log.json b.log.json --keys loss acc_pose --title "Two runs" --out c.svg
expect "save curve to: c.svg"
for text in "Two runs" a.log.json_loss a.log.json_acc_pose b.log.json_loss b.log.json_acc_pose iter; do
  grep -q ">$text<" c.svg || fail "no \"$text\" in the picture"
done
says 0 "save curve to: d.png" analyze plot_curve a.log.json --keys AP --style dark --backend Agg --out d.png
says 0 "save curve to: d.pdf" analyze plot_curve a.log.json --keys lr --backend pdf --out d.pdf
analyze plot_curve a.log.json b.log.json --keys heatmap_loss --legend one "two <2>" --out e.svg > /dev/null
grep -q ">one<" e.svg && grep -q ">two &lt;2><" e.svg || fail "legend"
says 0 "a.log.json_loss" analyze plot_curve a.log.json
expect "iter: 50 to 600"
[[ $(analyze plot_curve a.log.json --keys AP --json) == '{"curves":[{"label":"a.log.json_AP","iter":[200.0,400.0,600.0],"value":[0.2,0.4,0.6000000000000001]}]}' ]] \
  || fail "json" "$(analyze plot_curve a.log.json --keys AP --json)"

# Long logs: read, plotted and written in time for somebody who waits.
SECONDS=0
says 0 "save curve to: long.png" analyze plot_curve long.log.json --keys loss acc_pose --out long.png
analyze plot_curve long.log.json --keys loss --out long.svg > /dev/null
(( SECONDS < 20 )) || fail "100 000 lines took too long: $SECONDS s for two"
[[ $(stat -c %s long.svg) -lt 1000000 ]] || fail "a picture as large as the log"

# What is refused leaves everything as it was.
printf old > old.svg
printf '' > empty.log.json
head -c 500 a.log.json > cut.log.json
printf '{"images": []}' > coco.json
refused() { says "$1" "$2" analyze plot_curve "${@:3}" --out old.svg; }
refused 4 "a.log.json does not contain metric AR" a.log.json --keys AR
refused 4 "the file is empty" empty.log.json
refused 4 "the row is cut off or damaged" cut.log.json
refused 4 "this is no row of a training log" coco.json
refused 4 "none.log.json" none.log.json
refused 2 "a name for each curve" a.log.json b.log.json --legend one
refused 2 "agg (.png), svg (.svg), pdf (.pdf)" a.log.json --backend TkAgg
refused 2 "it does not draw .svg" a.log.json --backend agg
refused 2 "white, whitegrid, dark, darkgrid, ticks" a.log.json --style seaborn
[[ $(cat old.svg) == old ]] || fail "the old picture is gone"
says 2 "--out FILE" analyze plot_curve a.log.json --backend agg
says 2 ".png, .svg or .pdf" analyze plot_curve a.log.json --out f.bmp
says 4 "does not contain metric time" bash -c "sed s/time/tame/ a.log.json > t.log.json; '$posehost' analyze-logs cal_train_time t.log.json"
says 2 "posehost analyze-logs --help" analyze
echo "all as expected"
