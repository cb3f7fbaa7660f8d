#!/bin/sh
# Builds build/org.example.new_plugin.so. Needs cargo and nothing from a network.
set -eu
cd "$(dirname "$0")"
cargo build --release --offline --target-dir build/cargo
cp build/cargo/release/libnew_plugin_plugin.so build/org.example.new_plugin.so
