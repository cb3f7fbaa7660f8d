"""The shapes of the parameters of two of mmpose's networks, for optimizers.py.

Writes: shapes/resnet50.json, shapes/hrnet_w32.json (ResNet-50 with three deconvolutions, HRNet-w32; 17 keypoints)
Peer:   mmpose 1.3.2
Rerun:  DIR/a/bin/python tests/bench/shapes.py
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "golden"))
import peer_stubs  # noqa: E402,F401  (before mmpose)
from mmpose.registry import MODELS  # noqa: E402
from mmpose.utils import register_all_modules  # noqa: E402

STAGES = {f"stage{n}": dict(num_modules=modules, num_branches=n, block="BASIC", num_blocks=(4,) * n,
                            num_channels=(32, 64, 128, 256)[:n]) for n, modules in ((2, 1), (3, 4), (4, 3))}
STAGES["stage1"] = dict(num_modules=1, num_branches=1, block="BOTTLENECK", num_blocks=(4,), num_channels=(64,))
NETWORKS = {
    "resnet50": (dict(type="ResNet", depth=50), dict(in_channels=2048)),
    "hrnet_w32": (dict(type="HRNet", in_channels=3, extra=STAGES), dict(in_channels=32, deconv_out_channels=None)),
}


def main():
    register_all_modules()
    for name, (backbone, head) in NETWORKS.items():
        model = MODELS.build(dict(
            type="TopdownPoseEstimator", backbone=backbone,
            head=dict(type="HeatmapHead", out_channels=17, loss=dict(type="KeypointMSELoss"), **head)))
        shapes = [list(p.shape) for p in model.parameters()]
        with open(os.path.join(HERE, "shapes", name + ".json"), "w", encoding="utf-8") as out:
            out.write('{"shapes": ' + json.dumps(shapes, separators=(",", ":")) + "}\n")
        print(name, len(shapes), "tensors,", sum(p.numel() for p in model.parameters()), "numbers")


if __name__ == "__main__":
    main()
