"""Targets, flip and accuracy of coordinate regression (DeepPose).

Writes: regression.json
Peer:   mmpose 1.3.2 (keypoint_pck_accuracy, flip_coordinates, RegressionHead's formulas)
Rerun:  DIR/a/bin/python tests/golden/regression.py

Targets are 0.29.0's TopDownGenerateTargetRegression, which 1.x's RegressionLabel equals in the values but
not in the weights (0.x: 0 <= x <= width - 1; 1.x: x / width in [0, 1]); they are written out below.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import numpy as np
import torch
from mmpose.codecs import RegressionLabel
from mmpose.evaluation.functional import keypoint_pck_accuracy
from mmpose.models.utils.tta import flip_coordinates

import weights
from common import f32, write

SIZE, PAIRS = (192, 256), [(1, 2), (3, 4)]
POINTS = [(30.0, 20.0, 1), (0.0, 0.0, 1), (191.0, 255.0, 1), (191.5, 100.0, 1), (-0.25, 100.0, 1),
          (50.0, 255.5, 1), (100.5, 30.25, 0)]


def targets():
    p = np.array(POINTS, np.float32)
    inside = (p[:, 0] >= 0) & (p[:, 0] <= SIZE[0] - 1) & (p[:, 1] >= 0) & (p[:, 1] <= SIZE[1] - 1)
    target = (p[:, :2] / np.array(SIZE)).astype(np.float32)
    peer = RegressionLabel(input_size=SIZE).encode(p[None, :, :2].copy(), p[None, :, 2].copy())
    assert np.array_equal(peer["keypoint_labels"][0].astype(np.float32), target)
    return {"points": [list(q) for q in POINTS], "target": f32(target), "weight": (p[:, 2] * inside).tolist()}


def main():
    target = weights.tensor("regression.target", (3, 5, 2), 1.0) + np.float32(0.5)
    output = target + weights.tensor("regression.output", (3, 5, 2), 0.12)
    weight = (weights.tensor("regression.weight", (3, 5), 1.0) > -0.2).astype(np.float32)
    weight[:, 3] = 0
    _, mean, _ = keypoint_pck_accuracy(output, target, weight > 0, 0.05, np.ones((3, 2), np.float32))
    index = list(range(5))
    for a, b in PAIRS:
        index[a], index[b] = b, a
    # It writes into what it is given.
    flipped = flip_coordinates(torch.from_numpy(output.copy()), index, shift_coords=False, input_size=SIZE).numpy()
    print("accuracy", mean)
    write("regression.json", {
        "peer": f"mmpose {mmpose.__version__}", "input_size": list(SIZE), "encode": targets(),
        "output": f32(output), "target": f32(target), "weight": f32(weight), "accuracy": float(mean),
        "flip_pairs": [list(p) for p in PAIRS], "flipped": f32(flipped),
    })


if __name__ == "__main__":
    main()
