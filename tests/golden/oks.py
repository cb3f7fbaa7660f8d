"""Scores, NMS and normalised errors of mmpose's own code, and pycocotools on made-up crowds of people.

Writes: oks.json
Peer:   mmpose 1.3.2 (mmpose.evaluation), pycocotools 2.0.11
Rerun:  DIR/a/bin/python tests/golden/oks.py

nms     9 poses of 17 key points, near-copies of three people; what oks_nms and soft_oks_nms keep, the matrix of
        oks_iou without and with vis_thr (as 1.x, both masks; and with the second mask only, as 0.x by the
        value of `list and list` in Python).
scores  CocoMetric's four score modes of the same poses.
nme     keypoint_nme with three normalisers; of the pair 0,1 only where both are labelled.
pckh    MpiiPCKAccuracy (strict: 1.x) and the 0.x formula (inclusive, "@0.1" at .10 and at .11) on 40 people.
crowd   3 categories, crowds, objects without points, equal scores: pycocotools' ten numbers.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import contextlib
import io

import mmpose
import numpy as np
from mmpose.evaluation.functional import keypoint_nme, oks_nms, soft_oks_nms
from mmpose.evaluation.functional.nms import oks_iou
from mmpose.evaluation.metrics import MpiiPCKAccuracy
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import weights
from common import f32, write

SIGMAS = np.array([.26, .25, .25, .35, .35, .79, .79, .72, .72, .62, .62, 1.07, 1.07, .87, .87, .89, .89]) / 10


def uniform(name, *shape):
    return weights.uniform(name, int(np.prod(shape))).reshape(shape)


def poses():
    people = uniform("oks.people", 3, 17, 2) * 100
    xy = people[[0, 0, 0, 1, 1, 2, 2, 2, 2]] + (uniform("oks.noise", 9, 17, 2) - .5) * np.array(
        [1, 4, 12, 2, 6, 1, 3, 9, 30]).reshape(9, 1, 1)
    return np.concatenate([xy, uniform("oks.visible", 9, 17, 1)], 2).astype(np.float32)


def nms_and_scores(out):
    kpts = poses()
    areas = (3000 + uniform("oks.area", 9) * 2000).astype(np.float32)
    boxes = uniform("oks.box", 9)
    db = [{"keypoints": k, "score": float(s), "area": a} for k, s, a in zip(kpts, boxes, areas)]
    flat = kpts.reshape(9, -1)

    def matrix(vis_thr):
        return [f32(oks_iou(flat[i], flat, areas[i], areas, SIGMAS, vis_thr)) for i in range(9)]

    second = []
    for i in range(9):
        row = []
        for j in range(9):
            keep = flat[j, 2::3] > .4
            g, d = (np.where(np.repeat(keep, 3), flat[n], flat[n]).copy() for n in (i, j))
            g[2::3], d[2::3] = 1, np.where(keep, 1, 0)
            row.append(oks_iou(g, d[None], areas[i], areas[j:j + 1], SIGMAS, .4)[0])
        second.append(f32(np.array(row, np.float32)))
    out["nms"] = {
        "keypoints": [f32(k.ravel()) for k in kpts], "areas": f32(areas), "scores": boxes.tolist(),
        "oks_iou": matrix(None), "vis_thr": .4, "oks_iou_both": matrix(.4), "oks_iou_second": second,
        "oks_nms": {str(t): [int(i) for i in oks_nms(db, t, SIGMAS)] for t in (.9, .7, .5, .1)},
        "soft_oks_nms": {str(t): [int(i) for i in soft_oks_nms(db, t, sigmas=SIGMAS)] for t in (.9, .5)},
        "soft_oks_nms_best_4": [int(i) for i in soft_oks_nms(db, .5, max_dets=4, sigmas=SIGMAS)]}
    from mmpose.evaluation.metrics import CocoMetric
    modes = {}
    for mode in ("bbox", "bbox_keypoint", "keypoint", "bbox_rle"):
        metric = CocoMetric(score_mode=mode, nms_mode="none", format_only=True, outfile_prefix="unused")
        metric.dataset_meta = {"num_keypoints": 17, "sigmas": SIGMAS, "dataset_name": "none", "CLASSES": []}
        metric.coco = object()
        kept = []
        metric.results2json = lambda valid, outfile_prefix: kept.extend(valid[1])
        pred = {"id": 0, "img_id": 1, "category_id": 1, "keypoints": kpts[..., :2], "keypoint_scores": kpts[..., 2],
                "bbox_scores": boxes, "areas": areas}
        preds = [dict(pred, id=i, keypoints=pred["keypoints"][i:i + 1], keypoint_scores=pred["keypoint_scores"][i:i + 1],
                      bbox_scores=boxes[i:i + 1], areas=areas[i:i + 1]) for i in range(9)]
        metric.compute_metrics([(p, {}) for p in preds])
        modes[mode] = [float(k["score"]) for k in kept]
    out["scores"] = {"keypoint_score_thr": .2, **modes}


def errors(out):
    n, k = 40, 16
    gt = (uniform("oks.mpii", n, k, 2) * 200).astype(np.float32)
    size = 10 ** (uniform("oks.mpii.size", n, k, 1) * 1.8)
    pred = (gt + (uniform("oks.mpii.error", n, k, 2) - .5) * size).astype(np.float32)
    mask = uniform("oks.mpii.visible", n, k) > .2
    head = (20 + uniform("oks.mpii.head", n) * 20).astype(np.float32)
    metric = MpiiPCKAccuracy()
    for i in range(n):
        metric.results.append({"pred_coords": pred[i:i + 1] - 1, "gt_coords": gt[i:i + 1], "mask": mask[i:i + 1],
                               "head_size": np.array([[head[i], head[i]]])})
    strict = {name: float(v) for name, v in metric.compute_metrics(metric.results).items()}
    d = np.linalg.norm(pred.astype(float) - gt, axis=2) / head[:, None].astype(float)
    weight = mask.sum(0).astype(float)
    weight[6:8] = 0
    weight /= weight.sum()

    def share(threshold):
        return float((100 * ((d <= threshold) & mask).sum(0) / mask.sum(0) * weight).sum())

    pair = np.linalg.norm(gt[:, 0] - gt[:, 1], axis=1)
    box = (50 + uniform("oks.mpii.box", n) * 100).astype(np.float32)
    out["errors"] = {
        "pred": [f32(p.ravel()) for p in pred], "gt": [f32(g.ravel()) for g in gt], "visible": mask.astype(int).tolist(),
        "head_size": f32(head), "box_size": f32(box), "mpii_strict": strict,
        "mpii_inclusive": {"PCKh": share(.5), "PCKh@0.1": share(.1), "PCKh@0.1 at 0.11": share(.11)}}
    for name, norm in (("head_size", head), ("box_size", box), ("0,1", pair)):
        counted = mask & (mask[:, :1] & mask[:, 1:2] if name == "0,1" else True)
        value = keypoint_nme(pred.copy(), gt.copy(), counted, np.tile(norm[:, None], [1, 2]))
        out["errors"]["nme " + name] = float(value)


def crowd(out):
    """Small numbers everywhere, so that ties, crowds and empty categories all happen."""
    images = [{"id": i} for i in (7, 3, 11, 5)]
    annotations, results = [], []
    u = uniform("oks.crowd", 40, 5)
    for n in range(40):
        image, category = images[int(u[n, 0] * 4)]["id"], 1 + int(u[n, 1] * 2)
        w, h = 20 + u[n, 2] * 150, 20 + u[n, 3] * 150
        x, y = np.round(uniform(f"oks.crowd.at{n}", 2) * 200, 2)
        points = np.round(np.array([x, y]) + uniform(f"oks.crowd.points{n}", 17, 2) * [w, h], 2)
        v = (uniform(f"oks.crowd.v{n}", 17) * 3).astype(int) * (u[n, 4] > .15)
        annotations.append({"id": n + 1, "image_id": image, "category_id": category, "iscrowd": int(u[n, 4] > .9),
                            "area": float(round(w * h * .6, 3)), "bbox": [float(x), float(y), round(w, 2), round(h, 2)],
                            "num_keypoints": int((v > 0).sum()),
                            "keypoints": np.concatenate([points, v[:, None]], 1).ravel().tolist()})
        for copy in range(1 + n % 4):
            noise = (uniform(f"oks.crowd.noise{n}.{copy}", 17, 2) - .5) * [w, h] * (.1, .3, .05, 1)[copy]
            found = np.round(points + noise, 2)
            results.append({"image_id": image, "category_id": category,
                            "score": round(float(uniform(f"oks.crowd.score{n}.{copy}", 1)[0]), 1),
                            "keypoints": np.concatenate([found, np.ones((17, 1))], 1).ravel().tolist()})
    truth = {"images": images, "annotations": annotations, "categories": [{"id": c, "name": str(c)} for c in (2, 1, 9)]}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        gt = COCO()
        gt.dataset = truth
        gt.createIndex()
        run = COCOeval(gt, gt.loadRes([dict(r) for r in results]), "keypoints")
        run.evaluate()
        run.accumulate()
        run.summarize()
    for a in annotations:
        for key in ("ignore", "_ignore"):
            a.pop(key, None)
    lines = [line for line in said.getvalue().splitlines() if line.startswith(" Average")]
    out["crowd"] = {"truth": truth, "results": results, "stats": list(map(float, run.stats)), "lines": lines}


def main():
    out = {"peer": f"mmpose {mmpose.__version__}, pycocotools 2.0.11"}
    nms_and_scores(out)
    errors(out)
    crowd(out)
    write("oks.json", out)


if __name__ == "__main__":
    main()
