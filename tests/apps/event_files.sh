#!/usr/bin/env bash
# The real TensorBoard reads what TensorboardLoggerHook writes. Arguments: source folder, build folder.
# Ends with 77, skipped, without it (POSEHOST_TENSORBOARD_PYTHON names a Python that has it).
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
python=${POSEHOST_TENSORBOARD_PYTHON:-python3}
if ! "$python" -c 'import tensorboard.backend.event_processing.event_accumulator' 2>/dev/null; then
  echo "skipped: $python has no tensorboard; set POSEHOST_TENSORBOARD_PYTHON"
  exit 77
fi
cd "$source/configs"
small=$source/tests/apps/small.json
args=(--set 'log_config={"interval": 1, "hooks": [{"type": "TextLoggerHook"}, {"type": "TensorboardLoggerHook"}]}'
  --set 'checkpoint_config={"interval": 4, "by_epoch": false}' --set evaluation.interval=1
  --set 'custom_hooks=[{"type": "VisualizeSamples", "interval": 5}]')
run 0 "$posehost" run "$small" --work-dir "$work/run" "${args[@]}" --set total_epochs=2
# Goes on from before the end: what comes after iteration 8 is written again.
run 0 "$posehost" run "$small" --work-dir "$work/run" "${args[@]}" --resume="$work/run/iter_8.safetensors"
"$python" "$(dirname "$0")/event_files.py" "$work/run" 2>"$work/err" || fail "TensorBoard reads something else" "$(cat "$work/err")"
