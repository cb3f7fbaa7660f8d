"""posehost infer beside mmpose's inferencer at batch 1 on the CPU, interleaved in one session: medians and their ratio.

Rerun:  python3 tests/bench/infer.py --peer-python DIR/a/bin/python
            [--posehost build/release/bin/posehost] [--what resnet18,resnet50] [--pictures 200] [--rounds 2]
            [--precisions fp32,bf16] [--json F]
        DIR as made by tests/golden/setup_peers.sh.

  resnet18   256x256, no flip test (configs/quickstart.json's network)
  resnet50   192x256 (width x height), flip test: mmpose's usual ResNet-50, heatmaps

Both have the same weights, read whole pictures of configs/data/mirror_mouse from files and write predictions as JSON;
"drawn": pictures with skeletons too. Starting, building and loading are left out on both sides: the peer has done them
before the clock starts, posehost says the rate of its work. The keypoints of the first picture are compared: the weights
are drawn, not trained, so that some maps have two peaks of equal height, of which bf16 may take the other.
mmpose computes in fp32; bf16 wants a processor with avx512_bf16 or AMX.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import tempfile

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IMAGES = os.path.join(REPO, "configs", "data", "mirror_mouse", "images")
# size, depth, channels, filters, flip test
NETWORKS = {"resnet18": ((256, 256), (18, 512, 128), False), "resnet50": ((192, 256), (50, 2048, 256), True)}


def write_config(folder, size, net, flip):
    depth, channels, filters = net
    config = {
        "_base_": os.path.relpath(os.path.join(REPO, "configs", "quickstart.json"), folder),
        "dataset_info": {
            "keypoint_info": {str(i): {"name": f"k{i}"} for i in range(17)},
            "skeleton_info": {str(i): {"link": [f"k{i}", f"k{i + 1}"]} for i in range(16)}},
        "model": {
            "backbone": {"depth": depth},
            "keypoint_head": {"in_channels": channels, "num_deconv_filters": [filters] * 3},
            "test_cfg": {"flip_test": flip, "shift_heatmap": flip}},
        "data": {"val": {"data_cfg": {"image_size": size, "heatmap_size": [s // 4 for s in size]}}}}
    file = os.path.join(folder, "cfg.json")
    with open(file, "w", encoding="utf-8") as out:
        json.dump(config, out)
    return file


class Peer:
    def __init__(self, python, folder, size, net, flip):
        here = os.path.dirname(os.path.abspath(__file__))
        command = [python, os.path.join(here, "infer_peer.py"), folder, "--size", *map(str, size), "--net",
                   *map(str, net), "--flip", str(int(flip))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def ask(self, folder, drawn):
        self.process.stdin.write(f"pictures {folder} {int(drawn)}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the peer ended; run infer_peer.py alone to see why")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def posehost(args, folder, config, precision, drawn):
    command = [args.posehost, "infer", os.path.join(folder, "net.pth"), os.path.join(folder, "in"), "--cfg", config,
               "--json", os.path.join(folder, "r.json"), "--set", f"runtime.precision={precision}"]
    if drawn:
        command += ["--out", os.path.join(folder, "out")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    rate = float(re.search(r"poses, ([0-9.]+) pictures/s", done.stdout).group(1))
    with open(os.path.join(folder, "r.json"), encoding="utf-8") as results:
        first = json.load(results)[0]["keypoints"]
    return 1 / rate, [first[i:i + 2] for i in range(0, len(first), 3)]


def compare(args, name, precision, drawn):
    size, net, flip = NETWORKS[name]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "in"))
        sources = sorted(os.listdir(IMAGES))
        for i in range(args.pictures):
            shutil.copy(os.path.join(IMAGES, sources[i % len(sources)]), os.path.join(folder, "in", f"{i:04d}.png"))
        config = write_config(folder, size, net, flip)
        peer = Peer(args.peer_python, folder, size, net, flip)
        theirs, ours = [], []
        for round_ in range(args.rounds + 1):
            answer = peer.ask(os.path.join(folder, "in"), drawn)
            seconds, points = posehost(args, folder, config, precision, drawn)
            if round_ > 0:  # the first one warms up files and memory
                theirs += answer["seconds"]
                ours.append(seconds)
        peer.close()
    apart = statistics.median(abs(a - b) for p, q in zip(answer["keypoints"], points) for a, b in zip(p, q))
    peer_ms, our_ms = 1000 * statistics.median(theirs), 1000 * statistics.median(ours)
    title = f"infer, {name}, {precision}, batch 1, {'JSON and pictures' if drawn else 'JSON'}"
    print(f"{title:50s} mmpose {peer_ms:7.1f} ms   posehost {our_ms:7.1f} ms   ratio {peer_ms / our_ms:5.2f}   "
          f"median keypoint differs by {apart:.3f} px", flush=True)
    return {"name": title, "mmpose_ms": peer_ms, "posehost_ms": our_ms, "ratio": peer_ms / our_ms, "apart_px": apart}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--posehost", default=os.path.join(REPO, "build", "release", "bin", "posehost"))
    parser.add_argument("--what", default="resnet18,resnet50")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--precisions", default="fp32,bf16")
    parser.add_argument("--json")
    args = parser.parse_args()
    results = []
    for name in args.what.split(","):
        if name not in NETWORKS:
            parser.error(f"--what {name}: expected {', '.join(NETWORKS)}")
        for precision in args.precisions.split(","):
            results += [compare(args, name, precision, drawn) for drawn in (False, True)]
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
