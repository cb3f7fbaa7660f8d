#!/bin/bash
# headers_alone.sh <include folder> : every header of the SDK compiles by itself, without a warning, in
# each language version it promises, with each compiler that is installed.
set -euo pipefail
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
failed=0
tried=0

compile() {  # compiler, standard, language, header, further options
  printf '#include <posehost/%s>\nextern int something;  // C forbids a file without a declaration\n' "$4" > "$work/one.$3"
  tried=$((tried + 1))
  if ! "$1" -std="$2" $warnings ${5-} -fsyntax-only -I"$include" "$work/one.$3"; then
    echo "FAILED: $1 -std=$2 ${5-} $4"
    failed=1
  fi
}

for pair in gcc:g++ clang:clang++; do
  c=${pair%:*}
  cxx=${pair#*:}
  command -v "$cxx" > /dev/null || continue
  for standard in c11 c17; do
    for header in abi.h plugin.h for_each.h json.h; do compile "$c" $standard c $header; done
  done
  latest=c++23
  "$cxx" -std=c++23 -fsyntax-only -x c++ /dev/null 2> /dev/null || latest=c++2b
  for standard in c++11 c++14 c++17 c++20 $latest; do
    for header in abi.h for_each.h json.h; do compile "$cxx" $standard cpp $header; done
  done
  for standard in c++17 c++20 $latest; do
    for path in "$include"/posehost/*.hpp; do compile "$cxx" $standard cpp "$(basename "$path")" -Wdouble-promotion; done
  done
done
echo "$tried compilations"
[ $tried -gt 0 ] && exit $failed
