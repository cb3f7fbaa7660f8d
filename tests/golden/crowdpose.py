"""CrowdPose's evaluation on made-up crowds: AP by how crowded an image is; COCO-WholeBody's joined lists of points.

Writes: crowdpose.json
Peer:   xtcocotools 1.14.3 (COCOeval "keypoints_crowd" and "keypoints_wholebody", as mmpose calls it)
Rerun:  DIR/a/bin/python tests/golden/crowdpose.py

"easy", "medium" and "hard" are recomputed from the peer's own precision: it rounds them to four places.
"""
import contextlib
import io
import json
import os
import tempfile

import numpy as np
from xtcocotools.coco import COCO
from xtcocotools.cocoeval import COCOeval

import weights
from common import write

CROWD_SIGMAS = np.array([.79, .79, .72, .72, .62, .62, 1.07, 1.07, .87, .87, .89, .89, .79, .79]) / 10
PARTS = {"keypoints": 3, "foot_kpts": 2, "face_kpts": 4, "lefthand_kpts": 2, "righthand_kpts": 2}


def uniform(name, *shape):
    return weights.uniform(name, int(np.prod(shape))).reshape(shape)


def people(name, keypoints, count, images):
    """Annotated and found people; points of n are (K, 3) arrays."""
    u = uniform(name, count, 5)
    for n in range(count):
        w, h = 30 + u[n, 2] * 150, 30 + u[n, 3] * 150
        at = np.round(uniform(f"{name}.at{n}", 2) * 200, 2)
        points = np.round(at + uniform(f"{name}.points{n}", keypoints, 2) * [w, h], 2)
        v = (uniform(f"{name}.v{n}", keypoints) * 3).astype(int) * (u[n, 4] > .1)
        common = {"image_id": images[int(u[n, 0] * len(images))]["id"], "category_id": 1}
        annotation = {"id": n + 1, **common, "iscrowd": int(u[n, 4] > .95), "area": float(round(w * h * .4, 3)),
                      "bbox": [float(at[0]), float(at[1]), round(w, 2), round(h, 2)]}
        found = []
        for copy in range(1 + n % 3):
            noise = (uniform(f"{name}.noise{n}.{copy}", keypoints, 2) - .5) * [w, h] * (.1, .25, .05)[copy]
            score = round(float(uniform(f"{name}.score{n}.{copy}", 1)[0]), 2)
            found.append(({**common, "score": score},
                          np.concatenate([np.round(points + noise, 2), np.ones((keypoints, 1))], 1)))
        yield annotation, np.concatenate([points, v[:, None]], 1), found


def evaluate(truth, results, kind, sigmas, use_area):
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "gt.json"), "w") as f:
        json.dump(truth, f)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        gt = COCO(f.name)
        run = COCOeval(gt, gt.loadRes([dict(r) for r in results]), kind, sigmas, use_area)
        run.evaluate()
        run.accumulate()
        run.summarize()
    stats = list(map(float, run.stats))
    if kind == "keypoints_crowd":
        for n, images in enumerate(run.split(f.name, .2, .8)):
            run.params.imgIds = images
            with contextlib.redirect_stdout(io.StringIO()):
                run.evaluate()
                run.accumulate()
            exact = float(np.mean(run.eval["precision"][:, :, :, 0, :]))
            assert round(exact, 4) == stats[6 + n]
            stats[6 + n] = exact
    return stats, [line for line in said.getvalue().splitlines() if line.startswith(" Average")]


def crowd():
    images = [{"id": 10 * i + 3, "crowdIndex": c} for i, c in enumerate([.05, .9, .2, .5, .8, .1, .79])]
    annotations, results = [], []
    for annotation, points, found in people("crowdpose", len(CROWD_SIGMAS), 50, images):
        # CrowdPose counts only what is visible, and asks only for people of whom something is.
        visible = int((points[:, 2] == 2).sum()) if annotation["id"] % 7 else 0
        annotations.append({**annotation, "num_keypoints": visible, "keypoints": points.ravel().tolist()})
        results += [{**common, "keypoints": p.ravel().tolist()} for common, p in found]
    truth = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}
    stats, lines = evaluate(truth, results, "keypoints_crowd", CROWD_SIGMAS, False)
    return {"sigmas": CROWD_SIGMAS.tolist(), "truth": truth, "results": results, "stats": stats, "lines": lines}


def wholebody():
    images = [{"id": i} for i in (4, 2)]
    total = sum(PARTS.values())
    sigmas = (.02 + .1 * uniform("wholebody.sigmas", total)).round(4)
    annotations, results = [], []

    def split(points):
        ends = np.cumsum(list(PARTS.values()))
        return {key: p.ravel().tolist() for key, p in zip(PARTS, np.split(points, ends[:-1]))}

    for annotation, points, found in people("wholebody", total, 20, images):
        annotations.append({**annotation, "num_keypoints": int((points[:3, 2] > 0).sum()), **split(points)})
        results += [{**common, **split(p)} for common, p in found]
    truth = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}
    stats, _ = evaluate(truth, results, "keypoints_wholebody", sigmas, True)
    joined = [{**{k: v for k, v in r.items() if k not in PARTS}, "keypoints": sum((r[k] for k in PARTS), [])}
              for r in results]
    return {"lists": list(PARTS), "sigmas": sigmas.tolist(), "truth": truth, "results": joined, "stats": stats}


def main():
    write("crowdpose.json", {"peer": "xtcocotools 1.14.3", "crowd": crowd(), "wholebody": wholebody()})


if __name__ == "__main__":
    main()
