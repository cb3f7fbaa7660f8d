"""Times COCO's key point evaluation: `posehost evaluate` against pycocotools, interleaved in one session.

    python tests/bench/oks.py --posehost build/release/bin/posehost [--rounds 20] [--people 10000]

Needs numpy and pycocotools 2.0.11. Makes --people annotated people on images with two each and 20 results an
image (about 100 MB of JSON), then runs both, one after the other, each round. Both use one thread. Prints the
medians of
  command   the whole process, from start to end
  compute   after both files are read: pycocotools' evaluate(), accumulate(), summarize(); --timing of posehost
and their ratios, and stops if the ten numbers differ by more than 1e-9.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

NAMES = ["AP", "AP .5", "AP .75", "AP (M)", "AP (L)", "AR", "AR .5", "AR .75", "AR (M)", "AR (L)"]
KEYPOINTS, RESULTS_PER_IMAGE, PEOPLE_PER_IMAGE = 17, 20, 2

PEER = """
import contextlib, json, sys, time
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
with contextlib.redirect_stdout(sys.stderr):
    truth = COCO(sys.argv[1])
    run = COCOeval(truth, truth.loadRes(sys.argv[2]), "keypoints")
    start = time.perf_counter()
    run.evaluate()
    run.accumulate()
    run.summarize()
    seconds = time.perf_counter() - start
print(json.dumps({"stats": list(run.stats), "seconds": seconds}))
"""


def make_data(folder, people):
    """People of all sizes; the first results of an image are near its people, the others anywhere."""
    import numpy as np
    random = np.random.default_rng(0)
    images, annotations, results = [], [], []
    for image in range(1, people // PEOPLE_PER_IMAGE + 1):
        images.append({"id": image, "width": 640, "height": 480, "file_name": f"{image}.jpg"})
        here = []
        for _ in range(PEOPLE_PER_IMAGE):
            size = random.uniform(20, 300, 2)
            corner = random.uniform(0, 1, 2) * (np.array([640, 480]) - np.minimum(size, 470))
            points = corner + random.uniform(0, 1, (KEYPOINTS, 2)) * size
            v = random.choice([0, 1, 2], KEYPOINTS, p=[.3, .1, .6])
            if random.uniform() < .1:
                v[:] = 0
            here.append((points, float(np.sqrt(size.prod()))))
            keypoints = np.concatenate([np.where(v[:, None] > 0, points, 0), v[:, None]], 1)
            annotations.append({
                "id": len(annotations) + 1, "image_id": image, "category_id": 1,
                "iscrowd": int(random.uniform() < .02), "num_keypoints": int((v > 0).sum()),
                "area": float(size.prod() * .6), "bbox": [*corner.tolist(), *size.tolist()],
                "keypoints": keypoints.round(2).ravel().tolist()})
        for i in range(RESULTS_PER_IMAGE):
            points, size = here[i % len(here)]
            spread = size * (.03 if i < len(here) else random.choice([.05, .2, 1.0]))
            found = points + random.normal(0, spread, points.shape)
            scores = random.uniform(0, 1, (KEYPOINTS, 1))
            results.append({
                "image_id": image, "category_id": 1, "score": float(np.clip(.9 - .04 * i + random.normal(0, .1), 0, 1)),
                "keypoints": np.concatenate([found, scores], 1).astype(np.float32).ravel().tolist()})
    truth = {"images": images, "annotations": annotations,
             "categories": [{"id": 1, "name": "person", "keypoints": [str(k) for k in range(KEYPOINTS)]}]}
    paths = [os.path.join(folder, name) for name in ("gt.json", "dt.json")]
    for path, content in zip(paths, (truth, results)):
        with open(path, "w") as f:
            json.dump(content, f)
    return paths, len(annotations), len(results)


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout), seconds


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    args.add_argument("--posehost", required=True)
    args.add_argument("--rounds", type=int, default=20)
    args.add_argument("--people", type=int, default=10000)
    args = args.parse_args()
    times = {"command": ([], []), "compute": ([], [])}
    with tempfile.TemporaryDirectory() as folder:
        (gt, dt), people, found = make_data(folder, args.people)
        megabytes = sum(os.path.getsize(path) for path in (gt, dt)) / 1e6
        print(f"{people} people, {found} results, {megabytes:.0f} MB, {args.rounds} rounds", flush=True)
        for _ in range(args.rounds):
            ours, seconds = timed([args.posehost, "evaluate", "--gt", gt, "--dt", dt, "--json", "--timing"])
            times["command"][0].append(seconds)
            times["compute"][0].append(ours["seconds"]["compute"])
            peer, seconds = timed([sys.executable, "-c", PEER, gt, dt])
            times["command"][1].append(seconds)
            times["compute"][1].append(peer["seconds"])
            peer_ap = peer["stats"][0]
            for name, value in zip(NAMES, peer["stats"]):
                if abs(ours["metrics"][name] - value) > 1e-9:
                    sys.exit(f"{name}: {ours['metrics'][name]!r} and pycocotools' {value!r}")
    print(f"{'median':10s}{'posehost':>12s}{'pycocotools':>14s}{'ratio':>8s}")
    for what, (ours, peer) in times.items():
        a, b = statistics.median(ours), statistics.median(peer)
        print(f"{what:10s}{a:10.3f} s{b:12.3f} s{b / a:8.1f}")
    print(f"the ten numbers are equal within 1e-9; AP {peer_ap:.6f}")


if __name__ == "__main__":
    main()
