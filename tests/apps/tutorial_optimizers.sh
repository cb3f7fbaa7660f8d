#!/usr/bin/env bash
# Every config of the optimizers' tutorial is one that could train. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"

seen=0
for config in tutorial/optimizers/*.json; do
  run 0 "$posehost" run "$config" --work-dir "$work/dry" --dry-run
  expect "Memory estimate"
  # Named like its optimizer: adamw.json is AdamW's.
  [[ $config == */base.json ]] || shopt -s nocasematch
  [[ $config == */base.json || $output == *"/$(basename "$config" .json)"* ]] || fail "$config runs another optimizer" "$output"
  shopt -u nocasematch
  seen=$((seen + 1))
done
((seen >= 14)) || fail "only $seen configs"

# torch refuses dense gradients at the first update; here that is known before.
run 3 "$posehost" run tutorial/optimizers/base.json --dry-run --set 'optimizer={"_delete_": true, "type": "SparseAdam"}'
expect "SparseAdam does not support dense gradients, please consider Adam instead"
echo "$seen configs"
