#!/usr/bin/env bash
# new_plugin.sh <build folder> <cmake> <language> [kind ...]: what `posehost plugin new` writes builds with an
# installed SDK alone, loads, and works as it is. Ends with 77 where the language's compiler is missing.
source "$(dirname "$0")/../support/check.sh"
build=$1 cmake=$2 lang=$3
shift 3
[[ $# -gt 0 ]] || fail "no templates of $lang"
# Cargo may be rustup's, which looks for compilers in the home folder.
export RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup} CARGO_HOME=${CARGO_HOME:-$HOME/.cargo}
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS POSEHOST_CONFIGS LD_LIBRARY_PATH
case $lang in
  rust) command -v cargo >/dev/null || { echo "skipped: no cargo here"; exit 77; } ;;
esac

for component in host sdk; do
  run 0 "$cmake" --install "$build" --component $component --prefix "$work/first"
done
mv "$work/first" "$work/the prefix"
prefix="$work/the prefix"
posehost="$prefix/bin/posehost"
cd "$work"

exports() { nm -D --defined-only "$1" | awk '{print $3}'; }

for kind in "$@"; do
  run 0 "$posehost" plugin new "My2Part" --lang "$lang" --kind "$kind" --id "com.acme.$lang-$kind" --dir "$kind" --json
  [[ $output == *'"files"'*'"README.md"'*'"build.sh"'*'"try.json"'* ]] || fail "not the files" "$output"
  # Every file that it names is there, and nothing of the template's words is left.
  python3 -c 'import json, os, sys; j = json.loads(sys.argv[1]); [os.stat(os.path.join(j["dir"], f)) for f in j["files"]]' "$output"
  if left=$(grep -rIE 'NewPlugin|new_plugin|org\.example|@CONFIGS@' --exclude-dir=posehost-sdk "$kind"); then fail "template words left" "$left"; fi

  PREFIX="$prefix" run 0 "$kind/build.sh"
  expect_not "warning:"
  plugin="$work/$kind/build/com.acme.$lang-$kind.so"
  [[ $(exports "$plugin") == posehost_plugin_query_v0 ]] || fail "exports" "$(exports "$plugin")"
  # The kernel is compiled where that can be done; nothing here runs it.
  if [[ $lang == cuda ]]; then
    if command -v nvcc >/dev/null; then
      readelf -SW "$plugin" | grep -q nv_fatbin || fail "no kernel in the plugin" "$(readelf -SW "$plugin")"
    else
      echo "without the kernel: no nvcc here"
    fi
  fi
  run 0 "$posehost" plugin list --plugin-dir "$kind/build"
  expect "com.acme.$lang-$kind 0.1.0 (named) $kind My2Part"
  run 0 "$posehost" plugin info --plugin-dir "$kind/build" "com.acme.$lang-$kind/My2Part"
  expect "file $work/$kind/build/com.acme.$lang-$kind.so"
  if "$posehost" plugin --help | grep -q '^ *check'; then
    PREFIX="$prefix" run 0 "$kind/ci.sh"
  else
    echo "without plugin check: this posehost has none"
  fi
  # The config finds the component and its arguments fit; the files in it are the installed ones.
  if [[ -x $prefix/libexec/posehost/posehost-torch ]]; then
    run 0 "$posehost" run "$kind/try.json" --plugin-dir "$kind/build" --dry-run --no-data --iters-per-epoch 5
    # A rule for parameter groups has run by now, but a plan does not name it.
    [[ $kind == param_groups ]] || expect My2Part
  fi
  # A second time nothing is written over it.
  before=$(find "$kind" -type f | sort | xargs cat | cksum)
  run 2 "$posehost" plugin new My2Part --lang "$lang" --kind "$kind" --dir "$kind"
  expect "already there"
  [[ $(find "$kind" -type f | sort | xargs cat | cksum) == "$before" ]] || fail "something changed"
done

echo "$lang: $# kinds"
# In C one command without any flags is enough.
if [[ $lang == c ]]; then
  for kind in "$@"; do
    run 0 cc -shared -fPIC -I"$prefix/include" "$kind/my2_part.c" -o bare.so
    [[ $(exports bare.so) == posehost_plugin_query_v0 ]] || fail "exports" "$(exports bare.so)"
    run 0 "$posehost" plugin info bare.so
    expect "com.acme.$lang-$kind 0.1.0"
  done
fi
