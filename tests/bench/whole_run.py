"""The quickstart's whole training, by posehost and by mmpose, in one session: seconds, accuracy, ratio.

Rerun:  python3 tests/bench/whole_run.py --peer-python DIR/a/bin/python
            [--posehost build/release/bin/posehost] [--epochs 60] [--seeds 0,1,2,3] [--peer-seeds 0]
            [--precisions fp32,bf16] [--json F]
        DIR as made by tests/golden/setup_peers.sh. With 60 epochs some ten minutes of an otherwise idle machine.

Seconds are of the whole process, from its start to its end, evaluations and checkpoints included. PCK is that of
the last epoch, within 0.05 of the longer side of the box, on the 18 images of the validation set.
"""
import argparse
import json
import os
import re
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
CONFIG = os.path.join(REPO, "configs", "quickstart.json")
DATA = os.path.join(REPO, "configs", "data", "mirror_mouse")


def ours(args, precision, seed, folder):
    began = time.time()
    command = [args.posehost, "run", CONFIG, "--seed", str(seed), "--work-dir", folder,
               "--set", f'runtime.precision="{precision}"', "--set", f"total_epochs={args.epochs}",
               "--set", f"evaluation.interval={min(20, args.epochs)}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    first = None
    for line in process.stdout:
        if first is None and line.startswith("Epoch ["):
            first = time.time() - began
    if process.wait() != 0:
        raise SystemExit(f"posehost ended with {process.returncode}: see {folder}")
    seconds = time.time() - began
    rows = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".log.json"):
            rows += [json.loads(line) for line in open(os.path.join(folder, name)) if line.strip()]
    last = [row for row in rows if row.get("mode") == "val"][-1]
    return {"seconds": seconds, "first_log_s": first, "PCK": last["PCK"], "EPE": last["EPE"]}


def peers(args, seed, folder):
    result = subprocess.run(
        [args.peer_python, os.path.join(HERE, "mmpose_run.py"), "--data", DATA, "--epochs", str(args.epochs),
         "--seed", str(seed), "--work-dir", folder], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if result.returncode != 0 or not re.match(r"\{", result.stdout):
        raise SystemExit("the peer failed; run mmpose_run.py alone to see why")
    return json.loads(result.stdout)


def show(name, seed, one, reference):
    ratio = f"   {reference / one['seconds']:5.2f} times as fast as mmpose" if reference else ""
    print(f"{name:16s} seed {seed}   {one['seconds']:7.1f} s   PCK {one.get('PCK', float('nan')):.4f}   "
          f"EPE {one.get('EPE', float('nan')):6.2f} px{ratio}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--posehost", default=os.path.join(REPO, "build", "release", "bin", "posehost"))
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seeds", default="0,1,2,3")
    parser.add_argument("--peer-seeds", default="0")
    parser.add_argument("--precisions", default="fp32,bf16")
    parser.add_argument("--json")
    args = parser.parse_args()
    results, reference = [], None
    with tempfile.TemporaryDirectory() as folder:
        for seed in [int(s) for s in args.peer_seeds.split(",") if s]:
            one = peers(args, seed, os.path.join(folder, f"mmpose-{seed}"))
            reference = reference or one["seconds"]
            show("mmpose fp32", seed, one, None)
            results.append({"who": "mmpose", "precision": "fp32", "seed": seed, **one})
        for precision in args.precisions.split(","):
            for seed in [int(s) for s in args.seeds.split(",")]:
                one = ours(args, precision, seed, os.path.join(folder, f"{precision}-{seed}"))
                show(f"posehost {precision}", seed, one, reference)
                results.append({"who": "posehost", "precision": precision, "seed": seed, **one})
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
