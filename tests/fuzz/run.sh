#!/usr/bin/env bash
# run.sh <build folder> [seconds for each] [fuzzer ...]: runs the fuzzers from the corpora beside this file and
# the fixtures of the tests. Fails where one finds something, and leaves the input in <build>/fuzz/found.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=("$@")
[[ ${#names[@]} -gt 0 ]] || names=(note descriptor config schema override log coco image_header labels pth safetensors)
mkdir -p "$build/fuzz/found"

# Further seeds that are in the repository anyway; small ones, so that each is tried often.
seeds() {
  case $1 in
    note) find "$here/../fixtures/frozen" -name '*.so' -size -16k ;;
    config) find "$here/../../configs" "$here/../apps" -maxdepth 1 -name '*.json' -size -16k ;;
    image_header) find "$here/../../configs/data" -type f -name 'img0[1-3].png' ;;
    pth | safetensors) find "$here/../fixtures/weights" -type f -size -64k ;;
  esac
}

failed=()
for name in "${names[@]}"; do
  mkdir -p "$work/$name"
  seeds "$name" | while read -r file; do cp "$file" "$work/$name/seed-$(basename "$file")"; done
  # What is new goes to the temporary folder, which is named first.
  kept=()
  [[ -d $here/corpus/$name ]] && kept=("$here/corpus/$name")
  printf '%s: ' "$name"
  if "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1500 -max_len=65536 \
      -print_final_stats=1 -artifact_prefix="$build/fuzz/found/$name-" "$work/$name" "${kept[@]}" &>"$work/.output"; then
    sed -n 's/^stat::number_of_executed_units: */runs /p' "$work/.output" | tr '\n' ' '
    grep -oE 'cov: [0-9]+' "$work/.output" | tail -n 1
  else
    echo FAILED
    tail -n 40 "$work/.output"
    failed+=("$name")
  fi
done
[[ ${#failed[@]} -eq 0 ]] || { echo "found something: ${failed[*]}; the inputs are in $build/fuzz/found" >&2; exit 1; }
