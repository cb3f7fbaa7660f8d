#!/usr/bin/env bash
# Bad input of every tool (bad_inputs.py). Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=1
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"
printf '{"_base_": "%s/tests/apps/small.json", "runtime": {"precision": "fp32"}}' "$source" >"$work/small.json"
run 0 "$posehost" run "$work/small.json" --work-dir "$work/run" --set total_epochs=1 --set evaluation.interval=1
python3 "$source/tests/apps/bad_inputs.py" "$posehost" "$work/small.json" "$work/run" "$work/bad" || fail "see above"
echo "all as expected"
