#!/usr/bin/env bash
# What ONNX Runtime makes of exported networks is what posehost makes of them: every backbone and head, every option.
# Arguments: source folder, build folder. Ends with 77, skipped, where Python has no onnx and onnxruntime
# (POSEHOST_ONNX_PYTHON names one that has).
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost here=$(dirname "$0")
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS POSEHOST_ONNXRUNTIME
python=${POSEHOST_ONNX_PYTHON:-}
if [[ -z $python ]] || ! "$python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
  echo "skipped: python3 -m venv V && V/bin/pip install numpy onnx onnxruntime, then POSEHOST_ONNX_PYTHON=V/bin/python"
  exit 77
fi

simple='"type": "TopdownHeatmapSimpleHead", "out_channels": 17, "num_deconv_filters": [16, 16, 16], "loss_keypoint": {"type": "JointsMSELoss"}'
plain='"type": "TopdownHeatmapSimpleHead", "out_channels": 17, "num_deconv_layers": 0, "loss_keypoint": {"type": "JointsMSELoss"}'
regression='"type": "DeepposeRegressionHead", "num_joints": 17, "loss_keypoint": {"type": "SmoothL1Loss"}'
rle='"type": "DeepposeRegressionHead", "num_joints": 17, "out_sigma": true, "loss_keypoint": {"type": "RLELoss"}'
discs='"type": "TopdownHeatmapSimpleHead", "out_channels": 51, "num_deconv_filters": [16, 16, 16], "loss_keypoint": {"type": "CombinedTargetMSELoss"}'
usual_test='{"flip_test": true, "shift_heatmap": true}'
tiny='"base_channels": 8, "stem_channels": 8'
stage() { printf '"stage%s": {"num_modules": 1, "num_branches": %s, "block": "%s", "num_blocks": [%s], "num_channels": [%s]%s}' "$@"; }
hrnet() {
  printf '{"type": "HRNet", "extra": {%s, %s, %s, %s %s}}' "$(stage 1 1 BOTTLENECK 1 8 "")" "$(stage 2 2 BASIC 1,1 8,16 "")" \
    "$(stage 3 3 BASIC 1,1,1 8,16,24 "")" "$(stage 4 4 BASIC 1,1,1,1 8,16,24,32 "${1:-}")" "${2:-}"
}

# network <name> <backbone> <head> [<more of the model>]: a config, and weights that make its numbers large.
network() {
  cat >"$work/$1.json" <<JSON
{"_base_": "$source/configs/dataset_info/coco.json", "compat": "${compat:-0.29}",
 "model": {"type": "TopDown", "backbone": $2, "keypoint_head": {$3}, "test_cfg": ${test_cfg:-$usual_test} ${4:-}},
 "data": {"val": {"type": "TopDownCocoDataset", "data_cfg": {"image_size": [64, 96], "heatmap_size": [16, 24]},
   "pipeline": [{"type": "NormalizeTensor", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}]}}}
JSON
  run 0 "$posehost" export "$work/$1.json" --untrained --out "$work/$1.onnx" --opset "${opset:-17}"
  run 0 "$python" "$here/export_weights.py" "$work/$1.onnx" "$work/$1.safetensors" ${bias:-}
}

# same <name> <export's flags...>: exported, valid for ONNX's checker, and equal.
same() {
  local name=$1
  shift
  local weights=("$work/$name.safetensors")
  [[ -e ${weights[0]} ]] || weights=(--untrained)
  run 0 "$posehost" export "$work/$name.json" "${weights[@]}" --out "$work/$name.onnx" "$@"
  run 0 "$python" -c 'import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)' "$work/$name.onnx"
  run 0 "$posehost" check-model "$work/$name.onnx" "$work/$name.json" "${weights[@]}" --json --tolerance "${tolerance:-1e-4}"
  "$python" - "$output" "$name $*" "${most_unsteady:-45}" "${tolerance:-1e-4}" <<'PY' || fail "$name $*" "$output"
import json, sys
found = json.loads(sys.argv[1])
assert found["equal"] and found["compared"], found
for each in found["compared"]:
    assert each["difference"] <= float(sys.argv[4]), each
    assert each["unsteady"] <= int(sys.argv[3]), each  # of 68: two crops of noise, 17 keypoints, x and y
    assert each["largest"] > 0.01, each  # numbers so small that all are equal would show nothing
print(sys.argv[2], ", ".join(f'{e["output"]} {e["difference"]:.1e} of {e["largest"]:.3g}' for e in found["compared"]))
PY
}

network resnet18 "{\"type\": \"ResNet\", \"depth\": 18, $tiny}" "$simple, \"in_channels\": 64"
network resnet50 "{\"type\": \"ResNet\", \"depth\": 50, $tiny, \"style\": \"caffe\"}" "$simple, \"in_channels\": 256"
network v1d "{\"type\": \"ResNetV1d\", \"depth\": 50, $tiny}" "$simple, \"in_channels\": 256"
network resnext "{\"type\": \"ResNeXt\", \"depth\": 50, $tiny, \"groups\": 4, \"width_per_group\": 2}" "$simple, \"in_channels\": 256"
network mobilenet '{"type": "MobileNetV2", "widen_factor": 0.25}' "$simple, \"in_channels\": 1280"
network hrnet "$(hrnet)" "$plain, \"in_channels\": 8, \"extra\": {\"final_conv_kernel\": 3}"
network hrnet_bilinear "$(hrnet "" ', "upsample": {"mode": "bilinear", "align_corners": false}')" "$plain, \"in_channels\": 8"
network hrnet_concat "$(hrnet ', "multiscale_output": true')" "$plain, \"in_channels\": [8, 16, 24, 32], \"in_index\": [0, 1, 2, 3],
  \"input_transform\": \"resize_concat\", \"extra\": {\"final_conv_kernel\": 1, \"num_conv_layers\": 1, \"num_conv_kernels\": [1]}"
network deeppose "{\"type\": \"ResNet\", \"depth\": 18, $tiny}" "$regression, \"in_channels\": 64" ', "neck": {"type": "GlobalAveragePooling"}'
for name in resnet18 resnet50 v1d resnext mobilenet hrnet hrnet_bilinear hrnet_concat deeppose; do
  same $name --dynamic-batch
  same $name --normalize uint8 --flip-test --decode
done
same resnet18
same resnet18 --normalize float
same resnet18 --dynamic-batch --flip-test
same resnet18 --dynamic-batch --decode
same deeppose --dynamic-batch --flip-test
for number in $(seq 11 20); do same hrnet_bilinear --opset "$number" --dynamic-batch --flip-test --decode; done

# The flow of its loss is in no ONNX file, so that its weights cannot be drawn from there: untrained ones.
network rle "{\"type\": \"ResNet\", \"depth\": 18, $tiny}" "$rle, \"in_channels\": 64" ', "neck": {"type": "GlobalAveragePooling"}'
rm "$work/rle.safetensors"
for flags in "" "--flip-test" "--decode" "--flip-test --decode"; do same rle --dynamic-batch $flags; done

# Every decoding of test_cfg; what mmpose makes of the same maps.
# Decoding by curvature has no steady answer for most maps of noise, how many depends on the machine: what it computes is
# compared with mmpose's, below. Its points lie hundreds of pixels outside of the picture, where a float32 has steps of 3e-5.
bias=0.5
for compat in 0.29 1.x; do
  for test_cfg in '{"post_process": "unbiased"}' '{"post_process": "megvii"}' '{"use_udp": true}' '{"post_process": null}' \
    '{"post_process": "default"}'; do
    most_unsteady=45 tolerance=1e-4
    [[ $test_cfg != *unbiased* && $test_cfg != *udp* ]] || most_unsteady=68 tolerance=3e-4
    network decoding "{\"type\": \"ResNet\", \"depth\": 18, $tiny}" "$simple, \"in_channels\": 64"
    same decoding --dynamic-batch --flip-test --decode
    same decoding --decode --opset 11
  done
  test_cfg='{"use_udp": true, "target_type": "CombinedTarget"}'
  most_unsteady=68 tolerance=3e-4
  network combined "{\"type\": \"ResNet\", \"depth\": 18, $tiny}" "$discs, \"in_channels\": 64"
  same combined --dynamic-batch --flip-test --decode
done
unset compat test_cfg bias most_unsteady tolerance
run 0 "$python" "$here/export_decodings.py" "$posehost" "$work" "$source/tests/golden/targets.json"
echo "$output"

# Deformable convolution, where this runtime has it.
opset=19
network dcn "{\"type\": \"ResNet\", \"depth\": 50, $tiny, \"dcn\": {\"type\": \"DCNv2\", \"deform_groups\": 2}, \"stage_with_dcn\": [false, false, true, true]}" \
  "$simple, \"in_channels\": 256"
if "$posehost" check-model "$work/dcn.onnx" >"$work/dcn.log" 2>&1; then
  same dcn --opset 19 --dynamic-batch
else
  grep -q DeformConv "$work/dcn.log" || fail "another reason" "$(cat "$work/dcn.log")"
  echo "dcn: this ONNX Runtime has no DeformConv"
fi

# A runtime by itself; files that are no models; another network's weights.
run 0 "$posehost" export "$work/resnet18.json" "$work/resnet18.safetensors" --out "$work/resnet18.onnx"
run 0 "$posehost" check-model "$work/resnet18.onnx"
expect "runs in ONNX Runtime"
head -c 3000 "$work/resnet18.onnx" >"$work/cut.onnx"
run 4 "$posehost" check-model "$work/cut.onnx"
run 4 "$posehost" check-model "$work/none.onnx"
run 4 "$posehost" check-model "$work/resnet18.json"
run 1 "$posehost" check-model "$work/resnet18.onnx" "$work/resnet18.json" --untrained
expect "NOT equal"
run 4 "$posehost" check-model "$work/resnet18.onnx" "$work/deeppose.json" "$work/deeppose.safetensors"
expect "not an output of the config's network"
run 0 "$python" - "$work/resnet18.onnx" <<'PY'
import json, sys
import onnx
found = {p.key: p.value for p in onnx.load(sys.argv[1]).metadata_props}
assert json.loads(found["posehost.keypoints"])[:2] == ["nose", "left_eye"], found
assert json.loads(found["posehost.input_size"]) == [64, 96]
assert json.loads(found["posehost.mean"]) == [0.485, 0.456, 0.406]
PY
echo "all as expected"
