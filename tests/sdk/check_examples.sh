#!/usr/bin/env bash
# check_examples.sh <folder of build_examples.sh> <posehost-plugin>: every example passes the check that authors are told
# to run, as gcc built it in release.
source "$(dirname "$0")/../support/check.sh"
checked=0
for file in "$1"/gcc/org.example.*.so; do
  run 0 "$2" check "$file" --json
  counts=$(python3 -c 'import json, sys; c = json.load(sys.stdin)["counts"]; print(c["passed"], c.get("failed", 0))' <<<"$output")
  [[ ${counts% *} -ge 15 && ${counts#* } == 0 ]] || fail "$file: passed and failed: $counts" "$output"
  checked=$((checked + 1))
done
[[ $checked -ge 6 ]] || fail "only $checked examples were checked"
echo "$checked examples pass"
