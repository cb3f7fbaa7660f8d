#!/usr/bin/env bash
# posehost export and check-model without ONNX Runtime: files, flags, errors. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS POSEHOST_ONNX_PYTHON
cfg=$source/configs/quickstart.json
small=(--set model.backbone.base_channels=8 --set model.backbone.stem_channels=8 --set model.keypoint_head.in_channels=64)
out=$work/pose.onnx

run 0 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$out"
expect "opset 17"
expect "image 1 x 3 x 256 x 256"
expect "heatmaps 1 x 17 x 64 x 64"
first=$(sha256sum <"$out")
run 0 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$out" --json
expect '"posehost.input_size": "[256,256]"'
[[ $(sha256sum <"$out") == "$first" ]] || fail "equal exports gave different bytes"
run 0 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$work/all.onnx" --dynamic-batch --normalize uint8 --flip-test \
  --decode --shape 128 64
expect "image batch x 3 x 128 x 64"
expect "keypoints batch x 17 x 2"
for opset in $(seq 11 20); do
  run 0 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$work/opset.onnx" --opset "$opset" --decode
  run 0 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$work/opset.onnx" --opset "$opset" --decode \
    --set 'model.test_cfg={"post_process": "unbiased"}'
done

# What is wrong is said, and what was there stays.
stays() { [[ $(sha256sum <"$out") == "$first" ]] || fail "the old file changed"; }
run 2 "$posehost" export "$cfg" --out "$out"; stays
expect "which weights?"
run 2 "$posehost" export "$cfg" --untrained --out "$out" --opset 10; stays
run 2 "$posehost" export "$cfg" --untrained --out "$out" --normalize int8; stays
run 4 "$posehost" export "$cfg" "$work/none.safetensors" --out "$out"; stays
printf 'nothing' >"$work/foreign.pth"
run 4 "$posehost" export "$cfg" "$work/foreign.pth" --out "$out"; stays
expect foreign.pth
run 4 "$posehost" export "$cfg" "$source/tests/fixtures/weights/zip.pth" --out "$out"; stays
run 6 "$posehost" export "$cfg" --untrained "${small[@]}" --out "$work/no/folder.onnx"
expect "folder"
r50=(--set model.backbone.depth=50 --set model.keypoint_head.in_channels=256 --set model.backbone.base_channels=8
  --set 'model.backbone.dcn={"type": "DCN"}' --set 'model.backbone.stage_with_dcn=[false, false, false, true]')
run 2 "$posehost" export "$cfg" --untrained "${r50[@]}" --out "$out"; stays
expect "deformable convolution is not in this ONNX opset"
expect "try --opset 19"
run 0 "$posehost" export "$cfg" --untrained "${r50[@]}" --out "$work/dcn.onnx" --opset 19
run 6 bash -c "ulimit -f 100; trap '' XFSZ; exec '$posehost' export '$cfg' --untrained ${small[*]} --out '$out'"; stays
[[ -z $(find "$work" -name '*.tmp') ]] || fail "a temporary file was left"

# No runtime: said plainly.
run 6 env POSEHOST_ONNXRUNTIME="$work/none.so" "$posehost" check-model "$out"
expect "POSEHOST_ONNXRUNTIME: ONNX Runtime is not there"
run 6 env POSEHOST_ONNX_PYTHON="$work/bin/python" "$posehost" check-model "$out" "$cfg" --untrained
expect "pip install onnxruntime"
run 2 "$posehost" check-model "$out" "$cfg"
expect "which weights?"
run 0 "$posehost" check-model --help
expect "Examples:"
echo "all as expected"
