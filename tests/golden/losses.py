"""Values and gradients of the losses beyond JointsMSELoss.

Writes: losses.json
Peer:   mmpose 1.3.2, torch 2.11.0 CPU. Its KeypointOHKMMSELoss is 0.x's JointsOHKMMSELoss; the others have
        the same name. All formulas and defaults are those of 0.29.0.
Rerun:  DIR/a/bin/python tests/golden/losses.py

Inputs are weights.tensor("losses.output", shape, spread), ("losses.target", shape, spread) and
("losses.weight", weight shape, 1) + 0.5, and for heatmaps |target|. "gradient" is that of the output, flat.
Spreads are such that both sides of every threshold occur.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

import weights
from common import f32, write

HEATMAPS, COMBINED, POINTS = (2, 10, 4, 3), (2, 9, 4, 3), (3, 5, 2)
CASES = [  # name in 0.x, name in 1.x, shape, spread, other arguments
    ("JointsOHKMMSELoss", "KeypointOHKMMSELoss", HEATMAPS, 1, {}),
    ("JointsOHKMMSELoss", "KeypointOHKMMSELoss", HEATMAPS, 1, {"topk": 3}),
    ("CombinedTargetMSELoss", None, COMBINED, 1, {}),
    ("AdaptiveWingLoss", None, HEATMAPS, 2, {}),
    ("AdaptiveWingLoss", None, HEATMAPS, 2, {"alpha": 2.5, "omega": 8, "epsilon": 0.5, "theta": 0.7}),
    ("WingLoss", None, POINTS, 40, {}),
    ("WingLoss", None, POINTS, 8, {"omega": 3, "epsilon": 0.5}),
    ("SoftWingLoss", None, POINTS, 8, {}),
    ("SoftWingLoss", None, POINTS, 8, {"omega1": 1, "omega2": 5, "epsilon": 2}),
    ("SmoothL1Loss", None, POINTS, 4, {}),
    ("L1Loss", None, POINTS, 4, {}),
    ("MSELoss", None, POINTS, 4, {}),
]


def run(old, new, shape, spread, args, weighted):
    loss = MODELS.build(dict(type=new or old, use_target_weight=weighted, loss_weight=0.75, **args))
    output = torch.from_numpy(weights.tensor("losses.output", shape, spread)).requires_grad_()
    target = torch.from_numpy(weights.tensor("losses.target", shape, spread))
    if len(shape) == 4:
        target = target.abs()
        keypoints = shape[1] // 3 if shape == COMBINED else shape[1]
        weight = torch.from_numpy(weights.tensor("losses.weight", (shape[0], keypoints), 1)) + 0.5
    else:
        weight = torch.from_numpy(weights.tensor("losses.weight", shape, 1)) + 0.5
    value = loss(output, target, weight)
    value.backward()
    return {"config": {"type": old, "use_target_weight": weighted, "loss_weight": 0.75, **args},
            "shape": list(shape), "spread": spread, "weight_shape": list(weight.shape),
            "value": f32(value.detach().numpy()), "gradient": f32(output.grad.numpy().reshape(-1))}


def main():
    register_all_modules()
    cases = [run(*case, weighted) for case in CASES for weighted in (False, True)]
    for c in cases:
        print(c["config"], c["value"])
    write("losses.json", {"peer": f"mmpose {mmpose.__version__}, torch {torch.__version__.split('+')[0]} CPU",
                          "cases": cases})


if __name__ == "__main__":
    main()
