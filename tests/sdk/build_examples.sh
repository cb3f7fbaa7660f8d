#!/bin/bash
# build_examples.sh <build folder> <out folder> <cmake> : installs the SDK, moves it, and builds the examples
# out of tree against it with every compiler there is; checks what the files export and need.
# Leaves <out>/<compiler>/<plugin>.so for the tests that load them.
set -euo pipefail
build=$1
out=$2
cmake=$3
rm -rf "$out"
mkdir -p "$out"
"$cmake" --install "$build" --component sdk --prefix "$out/sdk" > "$out/install.log"
# The bundled plugins are built against the same layout in the build folder.
(cd "$out/sdk" && find . -type f) | while read -r file; do cmp "$out/sdk/$file" "$build/sdk/$file"; done
# The package must not remember where it was.
mv "$out/sdk" "$out/moved sdk"
examples="$out/moved sdk/share/posehost-sdk/examples"

check_plugin() {
  local exported undefined needed
  exported=$(nm -D --defined-only "$1" | awk '{print $3}')
  if [ "$exported" != posehost_plugin_query_v0 ]; then
    echo "FAILED: $1 exports: $exported"
    return 1
  fi
  needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
           grep -vE '^(libc|libm|libgcc_s|ld-linux-x86-64)\.so\.' || true)
  if [ -n "$needed" ]; then
    echo "FAILED: $1 needs $needed"
    return 1
  fi
  # What is left undefined is glibc's, or weak.
  undefined=$(nm -D --undefined-only "$1" | awk '$1 == "U" {print $2}' | grep -vE '@(GLIBC|GCC)_[0-9.]+$' || true)
  if [ -n "$undefined" ]; then
    echo "FAILED: $1 has undefined: $undefined"
    return 1
  fi
}

# A package of 0.9 serves who asks for 0.9, nobody who needs more.
for version in 0.9 0.9.0 0.10 1.0; do
  mkdir -p "$out/version"
  printf 'cmake_minimum_required(VERSION 3.20)\nproject(v NONE)\nfind_package(posehost-sdk %s REQUIRED)\n' $version \
    > "$out/version/CMakeLists.txt"
  accepted=no
  "$cmake" -S "$out/version" -B "$out/version/$version" -DCMAKE_PREFIX_PATH="$out/moved sdk" &> "$out/version.log" &&
    accepted=yes
  case $version:$accepted in
    0.9*:yes | 0.10:no | 1.0:no) ;;
    *) echo "FAILED: find_package(posehost-sdk $version): accepted $accepted"; cat "$out/version.log"; exit 1 ;;
  esac
done

build() {  # folder name, C compiler, C++ compiler, C++ flags, build type
  local folder="$out/$1"
  mkdir -p "$folder"
  for language in c cpp; do
    "$cmake" --no-warn-unused-cli -S "$examples/$language" -B "$folder/build_$language" \
      -DCMAKE_PREFIX_PATH="$out/moved sdk" -DPOSEHOST_PLUGIN_DIR="$folder" -DCMAKE_BUILD_TYPE="$5" \
      -DCMAKE_C_COMPILER="$2" -DCMAKE_CXX_COMPILER="$3" -DCMAKE_CXX_FLAGS="$4 -Wall -Wextra -Wpedantic -Werror" \
      -DCMAKE_C_FLAGS="-Wall -Wextra -Wpedantic -Werror" > "$folder/configure.log" || { cat "$folder/configure.log"; return 1; }
    "$cmake" --build "$folder/build_$language" > "$folder/build.log" || { cat "$folder/build.log"; return 1; }
  done
  local found=0
  for plugin in "$folder"/*.so; do
    check_plugin "$plugin"
    found=$((found + 1))
  done
  echo "$1: $found plugins"
  [ "$found" -eq "$(cat "$examples"/c/CMakeLists.txt "$examples"/cpp/CMakeLists.txt | grep -c '^posehost_add_plugin')" ]
}

build gcc gcc g++ "" Release
build gcc-debug gcc g++ "" Debug
if command -v clang++ > /dev/null; then
  build clang clang clang++ "" ""
  if echo '#include <string>' | clang++ -stdlib=libc++ -fsyntax-only -x c++ - 2> /dev/null; then
    build clang-libc++ clang clang++ -stdlib=libc++ Release
  fi
fi
