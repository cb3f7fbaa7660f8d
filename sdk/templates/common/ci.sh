#!/bin/sh
# What continuous integration runs: builds the plugin, shows what a host reads from it, checks it.
# PREFIX: where posehost is installed, with its SDK.
set -eu
cd "$(dirname "$0")"
posehost="${PREFIX:?set PREFIX to where posehost is installed}/bin/posehost"
./build.sh
"$posehost" plugin info build/org.example.new_plugin.so
"$posehost" plugin check build/org.example.new_plugin.so
