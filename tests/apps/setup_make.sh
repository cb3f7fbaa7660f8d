#!/usr/bin/env bash
# A second `make` configures nothing again; another LIBTORCH or other presets do.
# setup_make.sh <source folder>
source "$(dirname "$0")/../support/check.sh"
mkdir -p "$work/tree/core/setup" "$work/bin"
cp "$1/Makefile" "$1/CMakePresets.json" "$work/tree/"
pretend() { printf '#!/bin/sh\n%s\n' "$2" >"$1"; chmod +x "$1"; }
pretend "$work/tree/core/setup/packages.sh" true
pretend "$work/tree/core/setup/libtorch.sh" true
pretend "$work/bin/cmake" 'echo "cmake $1 $2 $3" >>"'"$work"'/calls"; [ "$1" != --preset ] || mkdir -p "build/$2"'
unset LIBTORCH MAKEFLAGS MAKELEVEL MFLAGS

# calls_of <arguments of make>: which configured and built, one line each.
calls_of() {
  rm -f "$work/calls"
  run 0 env PATH="$work/bin:$PATH" make --no-print-directory -C "$work/tree" JOBS=1 "$@"
  calls=$(cat "$work/calls")
}
built="cmake --build --preset release"  # --parallel and --target follow
calls_of build
[[ $calls == "cmake --preset release -DLIBTORCH=
$built" ]] || fail "first call" "$calls"
calls_of build
[[ $calls == "$built" ]] || fail "second call" "$calls"
calls_of build LIBTORCH=/opt/torch
[[ $calls == "cmake --preset release -DLIBTORCH=/opt/torch
$built" ]] || fail "LIBTORCH was not passed on" "$calls"
calls_of build LIBTORCH=/opt/torch
[[ $calls == "$built" ]] || fail "the same LIBTORCH again" "$calls"

run 0 make --no-print-directory -C "$work/tree"
expect "make quickstart"
run 2 env PATH="$work/bin:$PATH" make --no-print-directory -C "$work/tree" install
expect "say where, as in PREFIX="
