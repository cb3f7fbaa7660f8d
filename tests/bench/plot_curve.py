"""posehost analyze-logs plot_curve on a long log beside a Python script that does what mmpose's does: medians and their ratio.

Rerun:  python3 tests/bench/plot_curve.py --peer-python DIR/bin/python [--posehost build/release/bin/posehost]
            [--lines 100000] [--rounds 5] [--json F]
        DIR: python3 -m venv DIR && DIR/bin/pip install matplotlib==3.10.7

Both read a log of mmcv's kind and draw loss and acc_pose into a PNG; whole processes are timed, in turn. The first round, which
warms up files, does not count.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plot_curve_peer.py")
KEYS = ["loss", "acc_pose"]


def write_log(file, lines):
    with open(file, "w", encoding="utf-8") as out:
        out.write(json.dumps({"env_info": "none", "seed": 0, "exp_name": "bench.py"}) + "\n")
        for i in range(lines):
            loss = 0.001 + 0.01 / (1 + i / 1000) + 0.0001 * ((i * 7919) % 97)
            out.write(json.dumps({"mode": "train", "epoch": i // 500 + 1, "iter": (i % 500 + 1) * 50, "lr": 5e-4,
                                  "memory": 3412, "data_time": 0.0123, "mse_loss": round(loss, 5),
                                  "acc_pose": round(1 - 10 * loss, 5), "loss": round(loss, 5), "time": 0.31234}) + "\n")


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--posehost", default=os.path.join(REPO, "build", "release", "bin", "posehost"))
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json")
    args = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "long.log.json")
        write_log(log, args.lines)
        for round_ in range(args.rounds + 1):
            one = seconds([args.posehost, "analyze-logs", "plot_curve", log, "--keys", *KEYS, "--out", os.path.join(folder, "ours.png")])
            other = seconds([args.peer_python, PEER, log, os.path.join(folder, "theirs.png"), *KEYS])
            if round_ > 0:
                ours.append(one)
                theirs.append(other)
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    print(f"plot_curve, {args.lines} lines, {len(KEYS)} keys, PNG: matplotlib {theirs:.2f} s   posehost {ours:.2f} s   "
          f"ratio {theirs / ours:.2f}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump({"lines": args.lines, "matplotlib_s": theirs, "posehost_s": ours, "ratio": theirs / ours}, out, indent=1)


if __name__ == "__main__":
    main()
