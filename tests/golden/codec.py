"""MSRA heatmap encoding, default decoding and heatmap accuracy of mmpose.

Writes: codec.json
Peer:   mmpose 1.3.2 (MSRAHeatmap unbiased=False, pose_pck_accuracy)
Rerun:  DIR/a/bin/python tests/golden/codec.py

encode:   keypoints in input pixels -> heatmaps (K, H, W) and weights (K).
decode:   heatmaps -> keypoints in input pixels ("keypoints"), in heatmap pixels
          ("keypoints_heatmap": arg max, then +-0.25 towards the larger neighbour), scores.
          A map without a positive value has arg max (-1, -1) and hence -1 * stride.
accuracy: pose_pck_accuracy(output, target, mask, thr 0.05), normaliser (H, W) put on (x, y):
          the peer's own order, swapped for maps that are not square.

Every heatmap value is a float32, written exactly (shortest decimal).
"""
import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import numpy as np
from mmpose.codecs import MSRAHeatmap
from mmpose.codecs.utils import get_heatmap_maximum, refine_keypoints
from mmpose.evaluation.functional import pose_pck_accuracy

import weights
from common import f32, write

INPUT, MAP = (64, 48), (16, 12)  # (w, h)

POINTS = [  # x, y, visible
    (30.0, 20.0, 1), (31.9, 21.9, 1), (2.0, 2.0, 1), (62.5, 46.5, 1), (0.0, 24.0, 1),
    (-6.0, 10.0, 1),     # outside, patch partly inside
    (40.0, 68.0, 1),     # outside below, patch partly inside
    (96.0, 24.0, 1),     # outside, patch fully outside (weight 0)
    (-40.0, -40.0, 1),   # the same at the other side
    (20.0, 30.0, 0),     # invisible
    (33.99, 22.01, 1),   # just below and above a rounding border of mu
    (-31.0, 20.0, 1),    # sigma 2: patch ends just before column 0: weight kept, map all zero
]


def by_hand(x, y, v, sigma):
    """Second route: scalar loops (weight, map)."""
    w, h = MAP
    m = np.zeros((h, w), np.float32)
    if v < 0.5:
        return float(v), m
    r, size = sigma * 3, 2 * sigma * 3 + 1
    mx, my = int(np.float32(x) / np.float32(4) + np.float32(0.5)), int(np.float32(y) / np.float32(4) + np.float32(0.5))
    left, top, right, bottom = int(mx - r), int(my - r), int(mx + r + 1), int(my + r + 1)
    if left >= w or top >= h or right < 0 or bottom < 0:
        return 0.0, m
    middle = size // 2
    for row in range(max(0, top), min(h, bottom)):
        for col in range(max(0, left), min(w, right)):
            d = (col - left - middle) ** 2 + (row - top - middle) ** 2
            m[row, col] = np.exp(-d / (2 * sigma**2))
    return 1.0, m


def main():
    points = np.array(POINTS, np.float32)
    encode = []
    for sigma in (2, 1.5):
        codec = MSRAHeatmap(input_size=INPUT, heatmap_size=MAP, sigma=sigma)
        e = codec.encode(points[None, :, :2].copy(), points[None, :, 2].copy())
        for k, (x, y, v) in enumerate(POINTS):
            wk, mk = by_hand(x, y, v, sigma)
            assert wk == e["keypoint_weights"][0, k] and np.allclose(mk, e["heatmaps"][k], rtol=1e-6, atol=0), k
        encode.append({"sigma": sigma, "keypoints": f32(points[:, :2]), "visible": [p[2] for p in POINTS],
                       "weights": f32(e["keypoint_weights"][0]), "heatmaps": f32(e["heatmaps"])})

    codec = MSRAHeatmap(input_size=INPUT, heatmap_size=MAP, sigma=2)
    w, h = MAP
    maps = weights.tensor("codec.decode", (10, h, w), 1.0)
    peaks = [None, None, (5, 6), (0, 0), (w - 1, h - 1), (1, 1), (w - 2, h - 2), (2, 0)]
    for k, peak in enumerate(peaks):
        if peak:
            maps[k, peak[1], peak[0]] = 1.0
    maps[8] = -np.abs(maps[8])       # nothing positive
    maps[9, 3, 4] = maps[9, 7, 9] = 1.0  # a tie: the first in row-major order wins
    decoded, scores = codec.decode(maps.copy())
    locations, _ = get_heatmap_maximum(maps)
    refined = refine_keypoints(locations[None].copy(), maps)
    assert np.array_equal(refined * np.float32(4), decoded)

    # accuracy: 2 samples of 5 joints, targets = the encoded maps, outputs = shifted or noisy maps
    target = np.array(codec.encode(points[None, :10, :2].copy(), points[None, :10, 2].copy())["heatmaps"])
    target = target.reshape(2, 5, h, w)
    output = target + weights.tensor("codec.accuracy", target.shape, 0.02)
    output[0, 1] = np.roll(output[0, 1], 2, axis=1)
    output[1, 0] = np.roll(output[1, 0], 1, axis=0)
    output[0, 3] = maps[0]
    mask = np.array([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]], bool)
    accuracy = []
    for thr in (0.05, 0.15):
        acc, avg, count = pose_pck_accuracy(output.copy(), target.copy(), mask.copy(), thr)
        accuracy.append({"thr": thr, "per_joint": [float(a) for a in acc], "mean": float(avg), "joints": int(count)})
    print("weights", encode[0]["weights"], "accuracy", accuracy)
    print("decoded", decoded[0].tolist())
    write("codec.json", {
        "peer": f"mmpose {mmpose.__version__}",
        "input_size": list(INPUT), "heatmap_size": list(MAP),
        "encode": encode,
        "decode": {"heatmaps": f32(maps), "keypoints": f32(decoded[0].astype(np.float32)),
                   "keypoints_heatmap": f32(refined[0].astype(np.float32)), "scores": f32(scores[0])},
        "accuracy": {"output": f32(output), "target": f32(target), "mask": mask.astype(int).tolist(),
                     "results": accuracy},
    })


if __name__ == "__main__":
    main()
