#!/usr/bin/env bash
# Every config of the optimizers' tutorial trains as it stands, and the two texts name each of them.
# Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 build=$2 posehost=$2/bin/posehost
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs/tutorial"

# The texts name what there is, and nothing else.
there=$(find optimizers settings schedules -name '*.json' | sort)
for text in README.md README.zh.md; do
  named=$(grep -oE '(optimizers|settings|schedules)/[a-z_0-9]+\.json' $text | sort -u)
  [[ $named == "$there" ]] || fail "$text and the folder differ" "$(diff <(echo "$named") <(echo "$there") || true)"
done

# What they quote stands in the files, line for line.
python3 - <<'CHECK' || fail "the texts quote something else than the configs say"
import re
for text in ("README.md", "README.zh.md"):
    blocks = re.findall(r"<!-- file: (\S+) -->\n\s*```json\n(.*?)```", open(text, encoding="utf-8").read(), re.S)
    assert len(blocks) >= 7, (text, len(blocks))
    for file, block in blocks:
        have = [line.strip().rstrip(",") for line in open(file, encoding="utf-8")]
        for line in block.split("\n"):
            assert line.strip().rstrip(",") in have + [""], (text, file, line)
CHECK

# One epoch of five iterations. train <config> [flag ...]
train() {
  local config=$1
  shift
  run 0 "$posehost" run "$config" --work-dir "$work/$config" --no-validate --set total_epochs=1 \
    --set log_config.interval=5 --set runtime.threads=1 "$@"
  [[ -e $work/$config/last.safetensors ]] || fail "$config left no checkpoint" "$output"
}
loss_of() { grep -ohE '"loss": *[0-9.e+-]+' "$work/$1"/*.log.json | tail -n 1; }

seen=0
for config in optimizers/*.json; do
  train "$config"
  # Named like its optimizer: adamw.json is AdamW's.
  kind=$(basename "$config" .json)
  kind=${kind//_/}
  [[ $kind == base || ${output,,} == *"/$kind"* ]] || fail "$config runs another optimizer" "$output"
  seen=$((seen + 1))
done
# Every optimizer that the plugin has, but the one that no pose network can use.
bundled=$("$posehost" plugin list --json | python3 -c 'import json, sys
print(sum(c["kind"].startswith("posehost.optimizer/") and c["name"] != "SparseAdam" for p in json.load(sys.stdin)
          if p["id"] == "org.posehost.optimizers" for c in p["components"]))')
((seen == bundled + 1)) || fail "$bundled optimizers, but $seen configs with base.json"

for config in settings/*.json; do
  [[ $config == */own_optimizer.json ]] || train "$config"
done
# Settings do what they say.
grep -q '"grad_norm"' "$work"/settings/clip_norm.json/*.log.json || fail "no grad_norm in the log of clip_norm.json"
[[ $(loss_of settings/clip_value.json) != "$(loss_of optimizers/base.json)" ]] || fail "clip_value.json clips nothing"

# An optimizer of one's own, as the tutorial has it.
run 0 "$posehost" plugin new MyOptimizer --lang cpp --kind optimizer --dir "$work/my_optimizer"
PREFIX=$build/sdk run 0 "$work/my_optimizer/build.sh"
train settings/own_optimizer.json --plugin-dir "$work/my_optimizer/build"
run 3 "$posehost" run settings/own_optimizer.json --work-dir "$work/none" --dry-run
expect "MyOptimizer"

# torch refuses dense gradients at the first update; here that is known before.
run 3 "$posehost" run optimizers/base.json --dry-run --set 'optimizer={"type": "SparseAdam"}'
expect "SparseAdam does not support dense gradients, please consider Adam instead"
echo "$seen optimizers"
