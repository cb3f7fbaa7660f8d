"""Names, shapes, parameter counts and forward checksums of SimpleBaseline networks.

Writes: model.json
Peer:   mmpose 1.3.2 (ResNet backbones, HeatmapHead with 3 x deconv 256, 17 outputs), torch 2.11.0 CPU
Rerun:  DIR/a/bin/python tests/golden/model.py

Names are in state-dict order and in 0.x spelling (1.x's `head.` -> `keypoint_head.`).
names_sha256: SHA-256 (hex) of the lines "<name> <shape>" joined by single newlines, none at
the end, buffers included; shape is the sizes joined by "x", and "scalar" for rank 0
(num_batches_tracked), e.g. "backbone.conv1.weight 64x3x7x7".  params counts parameters only.

forward: eval mode, weights of weights.py, input weights.tensor("input", (1,3,64,64), 2),
output (1,17,16,16).  Sums are taken in double; samples are at flat index (j * 271) % 4352.
"float64" is the same with all weights and the input widened to double.
"""
import hashlib

import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

import weights
from common import f32, f64, write


def build(depth):
    return MODELS.build(dict(
        type="TopdownPoseEstimator",
        backbone=dict(type="ResNet", depth=depth),
        head=dict(type="HeatmapHead", in_channels=512 if depth < 50 else 2048, out_channels=17,
                  deconv_out_channels=(256, 256, 256), deconv_kernel_sizes=(4, 4, 4),
                  loss=dict(type="KeypointMSELoss", use_target_weight=True))))


def forward(depth):
    model = build(depth).eval()
    weights.fill_module(model)
    x = torch.from_numpy(weights.tensor("input", (1, 3, 64, 64), 2.0))
    with torch.no_grad():
        single = model(x, None, mode="tensor")
        double = model.double()(x.double(), None, mode="tensor")
    at = [(j * 271) % single.numel() for j in range(16)]
    flat, flat64 = single.reshape(-1), double.reshape(-1)
    print(depth, tuple(single.shape), "largest |fp32 - float64|:", float((flat - flat64).abs().max()),
          "largest value:", float(flat64.abs().max()))
    return {
        "shape": list(single.shape),
        "sum": float(flat.double().sum()), "abs_sum": float(flat.double().abs().sum()),
        "samples": [{"index": i, "value": f32(flat[i].numpy())} for i in at],
        "float64": {"sum": float(flat64.sum()), "abs_sum": float(flat64.abs().sum()),
                    "samples": f64(flat64[at].numpy())},
    }


def main():
    torch.set_num_threads(2)
    register_all_modules()
    models, names = {}, {}
    for depth in (18, 34, 50, 101, 152):
        with torch.device("meta"):
            model = build(depth)
        rows = [(weights.posehost_name(k), "x".join(map(str, v.shape)) or "scalar")
                for k, v in model.state_dict().items()]
        text = "\n".join(f"{n} {s}" for n, s in rows)
        models[str(depth)] = {
            "params": sum(p.numel() for p in model.parameters()),
            "entries": len(rows),
            "names_sha256": hashlib.sha256(text.encode()).hexdigest(),
        }
        if depth in (18, 50):
            names[str(depth)] = text.split("\n")
    assert models["50"]["params"] == 33999697  # published, and mmpose 0.29's
    print(models)
    write("model.json", {
        "peer": f"mmpose {mmpose.__version__}, torch {torch.__version__.split('+')[0]} CPU",
        "models": models,
        "forward": {str(d): forward(d) for d in (18, 50)},
        "names": names,
    })


if __name__ == "__main__":
    main()
