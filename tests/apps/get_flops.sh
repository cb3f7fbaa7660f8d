#!/usr/bin/env bash
# posehost get-flops: the block, the table, JSON, wrong input. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cat >"$work/r50.json" <<'JSON'
{"model": {"type": "TopDown", "backbone": {"type": "ResNet", "depth": 50},
  "keypoint_head": {"type": "TopdownHeatmapSimpleHead", "in_channels": 2048, "out_channels": 17,
    "loss_keypoint": {"type": "JointsMSELoss"}}}}
JSON

# mmpose's block, by its convention, at its default size.
run 0 "$posehost" get-flops "$work/r50.json" --convention mmcv
[[ $output == *"==============================
Input shape: (3, 256, 192)
Flops: 5.46 GFLOPs
Params: 34.0 M
==============================
!!!Please be cautious"* ]] || fail "not mmpose's block" "$output"
run 0 "$posehost" get-flops "$work/r50.json" --convention mmcv --json --depth 1
expect '"flops": 5461502976'
expect '"params": 33999697'

# Ours: both figures, layers, memory. One number is a square.
run 0 "$posehost" get-flops "$work/r50.json" --shape 256 192
expect "MACs: 5.43 GMACs"
expect "Flops: 10.89 GFLOPs"
expect "Memory: parameters 129"
expect "backbone.layer1.0.conv1 conv2d 1x64x64x48 4096"
expect "keypoint_head.deconv_layers.0 conv_transpose2d"
expect_not "Not counted"
run 0 "$posehost" get-flops "$work/r50.json" --shape 64 --depth 1
expect "Input shape: (3, 64, 64)"
run 0 "$posehost" get-flops "$source/configs/quickstart.json" --depth 1
expect "Input shape: (3, 256, 256)"

# A deformable convolution is counted.
dcn='model.backbone.dcn={"type": "DCNv2", "deform_groups": 1}' stages='model.backbone.stage_with_dcn=[false, true, true, true]'
run 0 "$posehost" get-flops "$work/r50.json" --set "$dcn" --set "$stages"
expect "backbone.layer2.0.conv2 deform_conv2d"
expect "backbone.layer2.0.conv2.conv_offset conv2d"
expect_not "Not counted"

# Wrong input.
run 2 "$posehost" get-flops "$work/none.json"
expect none.json
echo '{"data": {}}' >"$work/no_model.json"
run 2 "$posehost" get-flops "$work/no_model.json"
expect '"model" is missing'
run 2 "$posehost" get-flops "$work/r50.json" --shape 0
run 2 "$posehost" get-flops "$work/r50.json" --convention thop
run 2 "$posehost" get-flops "$work/r50.json" --set model.keypoint_head.in_channels=7
expect "2048"
run 0 "$posehost" get-flops --help
expect "Examples:"
echo "all as expected"
