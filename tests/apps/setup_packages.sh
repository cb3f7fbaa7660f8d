#!/usr/bin/env bash
# System packages: nothing is asked for when all are there; otherwise only what is missing, by name.
# setup_packages.sh <source folder>
source "$(dirname "$0")/../support/check.sh"
mkdir -p "$work/tree/core" "$work/tree/.deps/libtorch" "$work/bin"
cp -r "$1/core/setup" "$work/tree/core/"
script=$work/tree/core/setup/packages.sh

# A machine of our own making: the tools that the script may call, most of them pretended.
for tool in bash dirname grep mktemp rm tail sed env true; do ln -s "$(type -P $tool)" "$work/bin/"; done
pretend() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"; chmod +x "$work/bin/$1"; }
for tool in c++ cmake ninja ccache; do pretend $tool true; done
pretend apt-get 'echo "apt-get $*" >>"'"$work"'/calls"'
have() { pretend dpkg-query "shift 3; for p in \"\$@\"; do [[ ' $* ' == *\" \$p \"* ]] && echo \"installed \$p\"; done; exit 1"; }
user() { pretend id "echo $1"; }
calls() { cat "$work/calls" 2>/dev/null || true; }
on_it() { run "$1" env -u LIBTORCH -u CXX PATH="$work/bin" bash "$script" "${@:2}" </dev/null; }
all="libboost-dev nlohmann-json3-dev libspdlog-dev libcli11-dev catch2
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev libjpeg-dev zlib1g-dev gnuplot-nox
  libonnx-dev libprotobuf-dev"

have $all; user 1000
on_it 0
[[ -z $output && -z $(calls) ]] || fail "all is there, yet it said or did something" "$output $(calls)"

have ${all/catch2/}
on_it 1  # no root, no sudo
expect "found not installed: catch2"
expect "apt-get update && apt-get install --no-install-recommends catch2"
[[ -z $(calls) ]] || fail "apt-get was called without the right to" "$(calls)"

pretend sudo '[[ $1 == -n ]] && exit 1; exec "$@"'
on_it 1  # sudo would ask for a password, and nobody is there to type it
pretend sudo '[[ $1 == -n ]] && shift; exec "$@"'
on_it 0
[[ $(calls) == "apt-get update -q
apt-get install -y -q --no-install-recommends catch2 mold" ]] || fail "wrong calls" "$(calls)"

user 0; rm -f "$work/calls" "$work/bin/sudo"
rm "$work/bin/cmake"
on_it 0 clang  # root; a package named by the caller is missing too
expect "packages: installing cmake catch2 clang"

pretend apt-get 'echo "E: no network"; exit 100'
on_it 1
expect "packages: apt-get failed found E: no network"

rm "$work/bin/apt-get"
on_it 0
expect "neither Debian nor Ubuntu"
expect "CMake 3.25"
