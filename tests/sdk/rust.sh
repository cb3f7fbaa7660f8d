#!/usr/bin/env bash
# rust.sh <SDK's share folder> <out folder>: the crate's tests, and the example as <out>/org.example.sgd_rust.so. Ends
# with 77 where there is no cargo.
source "$(dirname "$0")/../support/check.sh"
sdk=$1 out=$2
command -v cargo >/dev/null || { echo "skipped: no cargo here"; exit 77; }
cargo --version
# Cargo writes beside Cargo.toml: on a copy.
cp -rL "$sdk" "$work/sdk"
export CARGO_TARGET_DIR=$work/target
run 0 cargo test --offline --manifest-path "$work/sdk/rust/Cargo.toml"
expect "layout_is_the_recorded_one ... ok"
# A field that moved does not go unnoticed.
sed -E '0,/"len": \[8,/s//"len": [12,/' "$work/sdk/abi/0.9.json" >"$work/moved.json"
POSEHOST_ABI_RECORD=$work/moved.json run 101 cargo test --offline --manifest-path "$work/sdk/rust/Cargo.toml"
expect "ph_str.len"
run 0 cargo build --release --offline --manifest-path "$work/sdk/examples/rust/Cargo.toml"
mkdir -p "$out"
cp "$work/target/release/libsgd_plain.so" "$out/org.example.sgd_rust.so"
exported=$(nm -D --defined-only "$out/org.example.sgd_rust.so" | awk '{print $3}')
[[ $exported == posehost_plugin_query_v0 ]] || fail "exports" "$exported"
needed=$(readelf -d "$out/org.example.sgd_rust.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libm|libgcc_s|ld-linux-x86-64)\.so\.' || true)
[[ -z $needed ]] || fail "needs" "$needed"
