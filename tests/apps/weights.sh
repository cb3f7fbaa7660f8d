#!/usr/bin/env bash
# `posehost weights`. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
posehost=$2/bin/posehost fixtures=$1/tests/fixtures/weights
export POSEHOST_WEIGHTS=$work/first:$work/second TORCH_HOME=$work/torch
mkdir -p "$work/second"
cd "$work"

says() {
  run "$1" "$posehost" weights "${@:3}"
  expect "$2"
}

printf '{"model": {"pretrained": null}}' > none.json
says 0 "names no weights" none.json
says 0 '"ok": true, "weights": []' none.json --json
says 0 "POSEHOST_WEIGHTS=" --help

printf '{"model": {"pretrained": "torchvision://resnet50"}, "load_from": "https://example.org/a/net-00000000.pth"}' > two.json
says 1 "model.pretrained: torchvision://resnet50 state missing" two.json
expect "url https://download.pytorch.org/models/resnet50-0676ba61.pth"
expect "put it at $work/first/resnet50-0676ba61.pth"
expect "not in $work/torch/hub/checkpoints"
says 1 '"hash_expected": "0676ba61"' two.json --json
expect '"ok": false'

# Found: by its hash, and with another one.
hash=$(sha256sum "$fixtures/legacy.pth" | cut -c -64)
cp "$fixtures/legacy.pth" "second/net-${hash:0:8}.pth"
cp "$fixtures/legacy.pth" second/net-00000000.pth
says 0 "format PyTorch before 1.6, 7 tensors" none.json --set "load_from=\"https://example.org/net-${hash:0:8}.pth\""
expect "state found"
expect "is SHA-256 $hash"
says 1 "state wrong hash" two.json
says 1 "posix.system" none.json --set "load_from=\"$fixtures/os_system.pth\""
expect "state unreadable"
says 2 "did you mean \"resnet18\"" none.json --set 'load_from="torchvision://resnet81"'
says 2 "/load_from" none.json --set load_from=3
echo "all as expected"
