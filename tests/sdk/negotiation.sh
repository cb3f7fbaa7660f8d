#!/usr/bin/env bash
# negotiation.sh <SDK's prefix> <source folder> <posehost> <newer_host>: the example optimizer, from every compiler and
# of SDK 0.9 and a simulated 0.10, driven by this host of 0.9 and by a simulated one of 0.10: loaded with the same result,
# or refused in the right words.
source "$(dirname "$0")/../support/check.sh"
sdk=$1 tests=$(cd "$(dirname "$0")" && pwd) source=$2 posehost=$3 newer_host=$4
python3 "$tests/newer_headers.py" "$source/sdk" "$work/newer"
cd "$work"

python3 - <<'PY'
import json, struct
numbers = [((i * 37) % 101) / 50 - 1 for i in range(1003)]
tensors = {"param.a": numbers, **{f"grad.{k}.a": [x / k for x in reversed(numbers)] for k in (1, 2, 3)}}
header, data = {}, b""
for name, values in tensors.items():
    header[name] = {"dtype": "F32", "shape": [len(values)], "data_offsets": [len(data), len(data) + 4 * len(values)]}
    data += struct.pack(f"<{len(values)}f", *values)
text = json.dumps(header).encode()
open("in.safetensors", "wb").write(struct.pack("<Q", len(text)) + text + data)
PY
data() { python3 -c 'import sys; b = open(sys.argv[1], "rb").read(); print(b[8 + int.from_bytes(b[:8], "little"):].hex())' "$1"; }

pairs=0 refused=0
# A host of 0.10 takes every one of them.
newer() {
  run 0 "$newer_host" "$1/plugin.so"
  [[ -n ${newer_first:-} ]] || newer_first=$output
  [[ ${#newer_first} -ge 8000 && $output == "$newer_first" ]] || fail "$1: another result from the newer host"
}
try() {  # name, file, "loads" or "refused"
  mkdir -p "$1" && cp "$2" "$1/plugin.so"
  local status=0
  [[ $3 == loads ]] || status=3
  run $status "$posehost" plugin replay --plugin-dir "$1" --type SgdPlain --args '{"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}' \
    --in in.safetensors --out "$1/out.safetensors"
  pairs=$((pairs + 1))
  if [[ $3 == refused ]]; then
    expect "needs host ABI 0.10"
    expect "at most 0.9 (this host)"
    expect "POSEHOST_TARGET_MINOR=9"
    refused=$((refused + 1))
  elif [[ -z ${first:-} ]]; then
    first=$(data "$1/out.safetensors")
    [[ ${#first} -ge 8000 ]] || fail "hardly any output" "$first"
  else
    [[ $(data "$1/out.safetensors") == "$first" ]] || fail "$1: another result"
  fi
  newer "$1"
}

flags="-O2 -fno-math-errno -ffp-contract=off -shared -fPIC -fvisibility=hidden"
compile() {  # name, command, source
  command -v "${2%% *}" >/dev/null || { echo "without $1: not here"; return 0; }
  local example="$source/sdk/examples/$3" new="$work/newer/include"
  $2 $flags -I"$sdk/include" "$example" -o "$1.so"
  try "$1-9" "$1.so" loads
  $2 $flags -I"$new" -DPOSEHOST_TARGET_MINOR=9 -DTEST_MIN_HOST=9 "$example" -o "$1.so"
  try "$1-10-for-9" "$1.so" loads
  $2 $flags -I"$new" -DPOSEHOST_TARGET_MINOR=10 -DTEST_MIN_HOST=10 "$example" -o "$1.so"
  try "$1-10-for-10" "$1.so" refused
  # Longer structs, and yet content with 0.9.
  $2 $flags -I"$new" -DPOSEHOST_TARGET_MINOR=10 -DTEST_MIN_HOST=9 "$example" -o "$1.so"
  try "$1-10-longer" "$1.so" loads
}
static="-static-libstdc++ -static-libgcc"
compile gcc "gcc -std=c11" c/sgd_plain.c
compile clang "clang -std=c11" c/sgd_plain.c
compile g++ "g++ -std=c++17 $static -Wl,--version-script=$source/sdk/cmake/posehost_plugin.map" cpp/sgd_plain.cpp
compile clang++ "clang++ -std=c++17 $static -Wl,--version-script=$source/sdk/cmake/posehost_plugin.map" cpp/sgd_plain.cpp
if echo '#include <string>' | clang++ -stdlib=libc++ -fsyntax-only -x c++ - 2>/dev/null; then
  compile libc++ "clang++ -std=c++17 -stdlib=libc++ $static -Wl,--version-script=$source/sdk/cmake/posehost_plugin.map" cpp/sgd_plain.cpp
fi

rust() {  # name, crate, min_host_minor, expectation
  mkdir -p examples && rm -rf examples/rust rust && cp -r "$source/sdk/examples/rust" examples/ && cp -r "$2" rust
  sed -i "s/pub const TARGET_MINOR: u32 = 9;/pub const TARGET_MINOR: u32 = $3;/" rust/src/lib.rs
  CARGO_TARGET_DIR=target run 0 cargo build --release --offline --manifest-path examples/rust/Cargo.toml
  try "rust-$1" target/release/libsgd_plain.so "$4"
}
if command -v cargo >/dev/null; then
  rust 9 "$source/sdk/rust" 9 loads
  rust 10-for-9 newer/rust-9 9 loads
  rust 10-for-10 newer/rust-10 10 refused
  rust 10-longer newer/rust-10 9 loads
else
  echo "without Rust: no cargo here"
fi
echo "$pairs pairs, $refused refused"
[[ $pairs -ge 8 && $refused -ge 2 ]] || fail "too few pairs"
