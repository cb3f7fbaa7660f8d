"""posehost beside mmpose, interleaved in one session: medians and ratios.

Rerun:  python3 tests/bench/compare.py --peer-python DIR/a/bin/python
            [--posehost build/release/bin/posehost] [--what step,data,optimizer] [--rounds 5]
            [--networks resnet18,resnet50] [--data FOLDER] [--json F]
        DIR as made by tests/golden/setup_peers.sh. Needs nothing else; takes some minutes. FOLDER holds
        train.json (COCO, 17 keypoints) and images/; by default the PNG files of configs/data/mirror_mouse.

  step       a training iteration, batch 16: ResNet-18 on 256x256 and ResNet-50 on 192x256 (width x height),
             posehost in fp32 and, where the processor has avx512_bf16 or AMX, in bf16
  data       the training pipeline alone, 1 and 2 threads or workers, from files; posehost's from its cache
  optimizer  Adam through the plugin ABI beside torch's fused kernel on ResNet-50's parameters (one process)

A ratio above 1 says how many times posehost is faster. Blocks of both alternate, so that a slow phase of
the machine meets both.
"""
import argparse
import json
import os
import statistics
import subprocess

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIG = os.path.join(REPO, "configs", "quickstart.json")
DATA = os.path.join(REPO, "configs", "data", "mirror_mouse")
RESNET50 = ["model.backbone.depth=50", "model.keypoint_head.in_channels=2048",
            "model.keypoint_head.num_deconv_filters=[256,256,256]"] + [
    f"data.{part}.data_cfg.{key}={value}" for part in ("train", "val")
    for key, value in (("image_size", "[192,256]"), ("heatmap_size", "[48,64]"))]
SETTINGS = {"resnet18": [], "resnet50": RESNET50}


def posehost(args, what, rounds, settings):
    command = [args.posehost, "bench", CONFIG, "--what", what, "--rounds", str(rounds), "--json"]
    for setting in settings:
        command += ["--set", setting]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


class Peer:
    def __init__(self, args, network, data=DATA):
        here = os.path.dirname(os.path.abspath(__file__))
        self.process = subprocess.Popen(
            [args.peer_python, os.path.join(here, "mmpose_peer.py"), "--network", network, "--data", data],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the peer ended; run mmpose_peer.py alone to see why")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def report(name, peer, ours, unit, higher_is_better):
    ratio = ours / peer if higher_is_better else peer / ours
    print(f"{name:44s} mmpose {peer:10.1f} {unit}   posehost {ours:10.1f} {unit}   ratio {ratio:5.2f}", flush=True)
    return {"name": name, "unit": unit, "mmpose": peer, "posehost": ours, "ratio": ratio}


def compare_step(args, network, precision):
    settings = SETTINGS[network] + [f'runtime.precision="{precision}"']
    peer = Peer(args, network)
    peer.ask("step 1")
    theirs, ours, memory = [], [], 0.0
    for _ in range(args.rounds):
        theirs += peer.ask("step 4")["step_ms"]
        result = posehost(args, "step", 4, settings)
        ours.append(result["step"]["step_ms"])
        memory = max(memory, result["peak_memory_mib"])
    peer_memory = peer.ask("memory")["peak_memory_mib"]
    peer.close()
    title = f"step, {network}, batch 16, {precision}"
    return [report(title, statistics.median(theirs), statistics.median(ours), "ms", False),
            report(f"peak memory, {network}, {precision}", peer_memory, memory, "MiB", False)]


def compare_data(args):
    peer = Peer(args, "resnet18", args.data)
    settings = [f'data.train.ann_file="{args.data}/train.json"', f'data.train.img_prefix="{args.data}/images/"']
    theirs, ours = {0: [], 2: []}, {}
    for _ in range(max(1, args.rounds // 2)):
        for workers in theirs:
            theirs[workers].append(peer.ask(f"data {workers} 4")["samples_per_s"])
        for rate in posehost(args, "data", 1, settings)["data"]:
            ours.setdefault((rate["source"], rate["threads"]), []).append(rate["samples_per_s"])
    peer.close()
    best = max(statistics.median(rates) for rates in theirs.values())
    one = statistics.median(theirs[0])
    return [report(f"data from {source}, {threads} threads", one if threads == 1 else best,
                   statistics.median(rates), "/s", True) for (source, threads), rates in ours.items()]


def compare_optimizer(args):
    result = posehost(args, "optimizer", max(20, args.rounds), RESNET50)["optimizer"]
    print(f"optimizer step, {result['numbers']} numbers{'':14s} fused {result['fused_ms']:11.2f} ms   "
          f"posehost {result['plugin_ms']:10.2f} ms   plugin/fused {result['ratio']:5.3f}", flush=True)
    return [result]


def has_fast_bf16():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        text = info.read()
    return "avx512_bf16" in text or "amx_bf16" in text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--posehost", default=os.path.join(REPO, "build", "release", "bin", "posehost"))
    parser.add_argument("--what", default="step,data,optimizer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--networks", default=",".join(SETTINGS), help="for step")
    parser.add_argument("--data", type=os.path.abspath, default=DATA)
    parser.add_argument("--json")
    args = parser.parse_args()
    results = []
    for what in args.what.split(","):
        if what == "step":
            precisions = ["fp32", "bf16"] if has_fast_bf16() else ["fp32"]
            if len(precisions) == 1:
                print("bf16: this processor has neither avx512_bf16 nor AMX, not measured")
            for network in args.networks.split(","):
                if network not in SETTINGS:
                    parser.error(f"--networks {network}: expected {', '.join(SETTINGS)}")
                for precision in precisions:
                    results += compare_step(args, network, precision)
        elif what == "data":
            results += compare_data(args)
        elif what == "optimizer":
            results += compare_optimizer(args)
        else:
            parser.error(f"--what {what}: expected step, data or optimizer")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(results, out, indent=1)


if __name__ == "__main__":
    main()
