#!/usr/bin/env bash
# An unusable LIBTORCH is a clear error, from `make libtorch` and from CMake alike.
# setup_libtorch.sh <source folder> <cmake>
source "$(dirname "$0")/../support/check.sh"
source_dir=$1 cmake=$2
unset LIBTORCH

# A folder that looks like LibTorch $1.
fake_libtorch() {
  mkdir -p "$work/$1/lib" "$work/$1/include/torch/headeronly"
  touch "$work/$1/lib/libtorch_cpu.so"
  printf '#define TORCH_VERSION_MAJOR %s\n#define TORCH_VERSION_MINOR %s\n#define TORCH_VERSION_PATCH %s\n' \
    ${1//./ } >"$work/$1/include/torch/headeronly/version.h"
}
fake_libtorch 2.10.0
fake_libtorch 2.11.0
mkdir "$work/empty"

get=$source_dir/core/setup/libtorch.sh
run 1 env LIBTORCH="$work/empty" "$get"
expect "LIBTORCH=$work/empty: no LibTorch there"
expect "try python3 -c"
run 1 env LIBTORCH="$work/2.10.0" "$get"
expect "found LibTorch 2.10.0 expected LibTorch 2.11.0"
run 0 env LIBTORCH="$work/2.11.0" "$get"
[[ -z $output ]] || fail "a good LIBTORCH needs no words" "$output"

# Without Python, in a copy so that there is nothing yet.
mkdir -p "$work/tree/core" "$work/bin"
cp -r "$source_dir/core/setup" "$work/tree/core/"
for tool in bash dirname sed paste uname; do ln -s "$(type -P $tool)" "$work/bin/"; done
run 1 env PATH="$work/bin" LIBTORCH_CUDA=0 bash "$work/tree/core/setup/libtorch.sh"
expect "python3 is missing"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/python3"
chmod +x "$work/bin/python3"
run 1 env PATH="$work/bin" LIBTORCH_CUDA=0 bash "$work/tree/core/setup/libtorch.sh"
expect "install python3-pip"

# CMake, in a project of its own: the one asked for must be there before anything is compiled.
mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.25)
project(probe LANGUAGES NONE)
set(LIBTORCH "" CACHE PATH "")
list(APPEND CMAKE_MODULE_PATH "$source_dir/core/cmake")
find_package(LibTorch 2.11.0 EXACT REQUIRED)
EOF
configure() { run "$1" "$cmake" -S "$work/project" -B "$work/build" "${@:2}"; }
configure 1
expect "LibTorch is missing"
expect "\`make libtorch\`"
configure 1 -DLIBTORCH="$work/empty"
expect "LIBTORCH=$work/empty: no LibTorch there"
configure 1 -DLIBTORCH="$work/2.10.0"
expect "found LibTorch 2.10.0"
expect "expected LibTorch 2.11.0"
configure 0 -DLIBTORCH="$work/2.11.0"
LIBTORCH=$work/empty configure 0 -DLIBTORCH="$work/2.11.0"  # CMake's own wins
