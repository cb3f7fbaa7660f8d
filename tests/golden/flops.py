"""Operations and parameters of networks, by two counters of OpenMMLab.

Writes: flops.json
Peer:   mmcv-lite 2.1.0 (mmcv.cnn.get_model_complexity_info, the same file as in mmcv 1.7.2), mmengine 0.10.7
        (FlopAnalyzer), mmpose 1.3.2 (networks), torch 2.11.0 CPU
Rerun:  DIR/a/bin/python tests/golden/flops.py

"model": the network as posehost's configs (mmpose 0.x) write it; "shape": height, width.
"mmcv": its count and trainable parameters, for one image.
"macs": multiply-accumulates of convolutions, deconvolutions and linear layers, by mmengine's count of executed
operators; biases are not in it.
"""
import io
import sys

import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import torch
from mmcv.cnn import get_model_complexity_info
from mmengine.analysis import FlopAnalyzer
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

from backbones import BILINEAR, hrnet, plain
from common import write

CASES = {
    "resnet_50": (dict(type="ResNet", depth=50), 2048, {}, (256, 192)),
    "resnet_50_square": (dict(type="ResNet", depth=50), 2048, {}, (256, 256)),
    "resnet_18": (dict(type="ResNet", depth=18), 512, {}, (256, 192)),
    "resnet_v1d_50": (dict(type="ResNetV1d", depth=50), 2048, {}, (256, 192)),
    "resnext_50": (dict(type="ResNeXt", depth=50), 2048, {}, (256, 192)),
    "mobilenet_v2": (dict(type="MobileNetV2", widen_factor=1., out_indices=(7,)), 1280, {}, (256, 192)),
    "hrnet_w32": (hrnet((32, 64, 128, 256)), 32, {"no_deconv": True}, (256, 192)),
    "hrnet_w18_bilinear": (hrnet((18, 36, 72, 144), upsample=BILINEAR), 18, {"no_deconv": True}, (256, 256)),
    "deeppose_50": (dict(type="ResNet", depth=50), 2048, {"regression": True}, (256, 192)),
}


def new_config(backbone, channels, regression=False, no_deconv=False):
    config = dict(type="TopdownPoseEstimator", data_preprocessor=None, backbone=backbone)
    if regression:
        config["neck"] = dict(type="GlobalAveragePooling")
        config["head"] = dict(type="RegressionHead", in_channels=channels, num_joints=17,
                              loss=dict(type="SmoothL1Loss", use_target_weight=True))
    else:
        config["head"] = dict(type="HeatmapHead", in_channels=channels, out_channels=17,
                              loss=dict(type="KeypointMSELoss", use_target_weight=True))
        if no_deconv:
            config["head"]["deconv_out_channels"] = None
    return config


def old_config(backbone, channels, regression=False, no_deconv=False):
    config = dict(type="TopDown", backbone=backbone)
    if regression:
        config["neck"] = dict(type="GlobalAveragePooling")
        config["keypoint_head"] = dict(type="DeepposeRegressionHead", in_channels=channels, num_joints=17,
                                       loss_keypoint=dict(type="SmoothL1Loss", use_target_weight=True))
    else:
        config["keypoint_head"] = dict(type="TopdownHeatmapSimpleHead", in_channels=channels, out_channels=17,
                                       loss_keypoint=dict(type="JointsMSELoss", use_target_weight=True))
        if no_deconv:
            config["keypoint_head"].update(num_deconv_layers=0, extra=dict(final_conv_kernel=1))
    return config


def main():
    register_all_modules()
    cases = {}
    for name, (backbone, channels, more, shape) in CASES.items():
        model = MODELS.build(new_config(dict(backbone), channels, **more)).eval()
        model.forward = model._forward
        flops, params = get_model_complexity_info(model, (3, *shape), print_per_layer_stat=False, as_strings=False,
                                                  ost=io.StringIO())
        with torch.no_grad():
            by_operator = FlopAnalyzer(model, torch.zeros(1, 3, *shape)).unsupported_ops_warnings(False) \
                .uncalled_modules_warnings(False).by_operator()
        macs = sum(v for k, v in by_operator.items() if k in ("conv", "linear", "addmm", "matmul"))
        cases[name] = {"model": plain(old_config(backbone, channels, **more)), "shape": list(shape),
                       "mmcv": {"flops": int(flops), "params": int(params)}, "macs": int(macs)}
        print(name, cases[name]["mmcv"], int(macs), dict(by_operator), file=sys.stderr)
    write("flops.json", {"peer": f"mmpose {mmpose.__version__}, torch {torch.__version__.split('+')[0]} CPU",
                         "cases": cases})


if __name__ == "__main__":
    main()
