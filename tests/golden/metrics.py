"""PCK, AUC and EPE of mmpose's own functions on small made-up predictions.

Writes: metrics.json
Peer:   mmpose 1.3.2 (mmpose.evaluation.functional)
Rerun:  DIR/a/bin/python tests/golden/metrics.py

6 instances of 5 joints; some joints are invisible and joint 3 is never visible (its PCK is
-1 and it is left out of the average).  Inputs are float32; distances are float32 in mmpose.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import numpy as np
from mmpose.evaluation.functional import keypoint_auc, keypoint_epe, keypoint_pck_accuracy

import weights
from common import f32, write

N, K = 6, 5


def by_hand(pred, gt, mask, norm, thr):
    """Second route: plain loops in double."""
    acc = []
    for k in range(K):
        d = [np.hypot(*(pred[n, k].astype(float) - gt[n, k])) / norm[n] for n in range(N) if mask[n, k]]
        acc.append(sum(x < thr for x in d) / len(d) if d else -1)
    valid = [a for a in acc if a >= 0]
    return acc, sum(valid) / len(valid)


def main():
    boxes = weights.uniform("metrics.box", N * 4).reshape(N, 4)
    boxes = np.concatenate([boxes[:, :2] * 50, 40 + boxes[:, 2:] * 80], 1).astype(np.float32)  # x y w h
    u = weights.uniform("metrics.gt", N * K * 2).reshape(N, K, 2)
    gt = (boxes[:, None, :2] + u * boxes[:, None, 2:]).astype(np.float32)
    # errors from far below to above every threshold
    size = 10.0 ** (weights.uniform("metrics.size", N * K).reshape(N, K, 1) * 1.7)
    pred = (gt + weights.tensor("metrics.error", (N, K, 2), 2.0) * size).astype(np.float32)
    mask = weights.uniform("metrics.visible", N * K).reshape(N, K) > 0.25
    mask[:, 3] = False
    longer = np.max(boxes[:, 2:], axis=1)
    norm = np.stack([longer, longer], 1)

    out = {
        "peer": f"mmpose {mmpose.__version__}",
        "pred": f32(pred), "gt": f32(gt), "visible": mask.astype(int).tolist(),
        "bbox_xywh": f32(boxes), "pck_norm": "max(w, h) of the box", "pck": [],
        "auc_norm": 30, "auc_steps": 20,
    }
    for thr in (0.2, 0.05):
        acc, avg, count = keypoint_pck_accuracy(pred.copy(), gt.copy(), mask.copy(), thr, norm.copy())
        hand = by_hand(pred, gt, mask, longer, thr)
        assert np.allclose(acc, hand[0]) and np.isclose(avg, hand[1])
        out["pck"].append({"thr": thr, "per_joint": [float(a) for a in acc], "mean": float(avg), "joints": int(count)})
    out["auc"] = float(keypoint_auc(pred.copy(), gt.copy(), mask.copy(), 30, 20))
    out["epe"] = float(keypoint_epe(pred.copy(), gt.copy(), mask.copy()))
    hand = np.mean([by_hand(pred, gt, mask, [30.0] * N, i / 20)[1] for i in range(20)])
    assert np.isclose(out["auc"], hand)
    assert np.isclose(out["epe"], np.linalg.norm((pred - gt).astype(float), axis=-1)[mask].mean())
    print({k: out[k] for k in ("pck", "auc", "epe")}, mask.sum())
    write("metrics.json", out)


if __name__ == "__main__":
    main()
