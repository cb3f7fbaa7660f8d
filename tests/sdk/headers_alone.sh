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
  printf '#include <posehost/%s>\n' "$4" > "$work/one.$3"
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
    for header in abi.h plugin.h; do compile "$c" $standard c $header; done
  done
  latest=c++23
  "$cxx" -std=c++23 -fsyntax-only -x c++ /dev/null 2> /dev/null || latest=c++2b
  for standard in c++11 c++14; do compile "$cxx" $standard cpp abi.h; done
  for standard in c++17 c++20 $latest; do compile "$cxx" $standard cpp abi.h; done
  for path in "$include"/posehost/*.hpp; do compile "$cxx" c++17 cpp "$(basename "$path")" -Wdouble-promotion; done
  for standard in c++20 $latest; do
    for header in schedule optimizer param_groups hook; do compile "$cxx" $standard cpp $header.hpp; done
  done
done
echo "$tried compilations"
[ $tried -gt 0 ] && exit $failed
