#!/usr/bin/env bash
# Installed to a prefix, and the prefix moved, the programs still find each other and their plugins.
# setup_install.sh <build folder> <cmake> <base only: ON or OFF>
source "$(dirname "$0")/../support/check.sh"
build=$1 cmake=$2 base_only=$3
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS LD_LIBRARY_PATH

run 0 "$cmake" --install "$build" --prefix "$work/first" --component host
mv "$work/first" "$work/a prefix"
prefix="$work/a prefix"
cd "$work"

[[ -f $prefix/share/posehost/configs/quickstart.json ]] || fail "no configs" "$(find "$prefix")"
run 0 "$prefix/bin/posehost" plugin list
expect org.posehost.

# One JSON object; base alone has no posehost-torch, and the doctor says so.
if [[ $base_only == ON ]]; then
  run 1 "$prefix/bin/posehost" doctor
  expect "error posehost-torch"
else
  run 0 "$prefix/bin/posehost" doctor
  expect "ok LibTorch"
  expect "ok BLAS"
  mv "$prefix/libexec/posehost/posehost-torch" "$work/"
  run 1 "$prefix/bin/posehost" doctor
  expect "nothing can be trained"
fi
expect "ok bundled plugins $prefix/lib/posehost/plugins"
run 1 "$prefix/bin/posehost" doctor --json
expect '"name": "posehost-torch", "state": "error"'

echo "not a library" >"$prefix/lib/posehost/plugins/broken.so"
run 1 "$prefix/bin/posehost" doctor
expect "error broken plugin"
rm -r "$prefix/lib/posehost/plugins"
run 1 "$prefix/bin/posehost" doctor
expect "no folder lib/posehost/plugins beside this program"
