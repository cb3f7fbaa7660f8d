#!/bin/sh
# Builds build/org.example.new_plugin.so. PREFIX: where posehost or its SDK is installed.
set -eu
cd "$(dirname "$0")"
cmake -S . -B build -DCMAKE_PREFIX_PATH="${PREFIX:?set PREFIX to where posehost or its SDK is installed}"
cmake --build build
