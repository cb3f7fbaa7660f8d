"""Every optimizer beside torch's own, on the parameters of two networks: time of a step and size of the state.

Rerun:  DIR/a/bin/python tests/bench/optimizers.py [--posehost build/release/bin/posehost] [--only Adam,SGD]
            [--networks resnet50,hrnet_w32] [--threads 1,2] [--blocks 5] [--rounds 10] [--json F]
        DIR as made by tests/golden/setup_peers.sh. Takes half an hour on two cores.

The peer steps with foreach=True and, where torch has it, fused=True; the better one counts. Lion is
lion-pytorch's and Adan timm's (foreach). Blocks of `--rounds` steps of all of them alternate, so that a slow
phase of the machine meets all; printed are medians over all steps, and posehost / best peer: below 1 posehost
is faster. State is in bytes a parameter, without torch's step counters.
"""
import argparse
import importlib
import json
import os
import statistics
import subprocess
import time

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
CONFIG = os.path.join(REPO, "tests", "apps", "small.json")
FUSED = {"SGD", "Adam", "AdamW", "Adagrad"}
PEERS = {"Lion": "lion_pytorch", "Adan": "timm.optim"}
ARGUMENTS = {  # what is not there is left at its default
    "SGD": dict(lr=1e-5, momentum=0.9, weight_decay=1e-4), "Adam": dict(lr=1e-5), "AdamW": dict(lr=1e-5),
    "NAdam": dict(lr=1e-5), "RAdam": dict(lr=1e-5), "Adamax": dict(lr=1e-5), "RMSprop": dict(lr=1e-5),
    "Adagrad": dict(lr=1e-5), "Adadelta": dict(lr=1e-5), "ASGD": dict(lr=1e-5), "Rprop": dict(lr=1e-5),
    "Lion": dict(lr=1e-5), "Adan": dict(lr=1e-5),
}


def shapes_file(network):
    return os.path.join(HERE, "shapes", network + ".json")


class Peer:
    """One of torch's ways to step."""

    def __init__(self, kind, shapes, **mode):
        torch.manual_seed(0)
        self.params = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
        for p in self.params:
            p.grad = torch.randn_like(p)
        make = getattr(importlib.import_module(PEERS.get(kind, "torch.optim")), kind)
        self.optim = make(self.params, **ARGUMENTS[kind], **mode)
        self.block(2)
        self.times = []

    def block(self, rounds):
        times = []
        for _ in range(rounds):
            begin = time.perf_counter()
            self.optim.step()
            times.append(1000 * (time.perf_counter() - begin))
        return times

    def measure(self, rounds):
        self.block(1)  # the others' data is in the cache
        self.times += self.block(rounds)

    def state_bytes(self):
        return sum(value.nbytes for state in self.optim.state.values() for name, value in state.items()
                   if name != "step" and torch.is_tensor(value))


def posehost(args, kind, network, threads):
    arguments = json.dumps({"_delete_": True, "type": kind, **ARGUMENTS[kind]})
    command = [args.posehost, "bench", CONFIG, "--what", "optimizer", "--rounds", str(args.rounds), "--json",
               "--shapes", shapes_file(network), "--set", "optimizer=" + arguments,
               "--set", f"runtime.threads={threads}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True,
                          cwd=os.path.join(REPO, "configs"))
    return json.loads(done.stdout)["optimizer"]


def compare(args, kind, network, threads):
    torch.set_num_threads(threads)
    with open(shapes_file(network), encoding="utf-8") as file:
        shapes = json.load(file)["shapes"]
    modes = {"plain": {}} if kind == "Lion" else {"foreach": dict(foreach=True)}
    if kind in FUSED:
        modes["fused"] = dict(fused=True)
    peers = {name: Peer(kind, shapes, **mode) for name, mode in modes.items()}
    ours = []
    for _ in range(args.blocks):
        for peer in peers.values():
            peer.measure(args.rounds)
        result = posehost(args, kind, network, threads)
        ours += result["rounds_ms"]
    medians = {name: statistics.median(peer.times) for name, peer in peers.items()}
    best = min(medians, key=medians.get)
    row = dict(optimizer=kind, network=network, threads=threads, posehost_ms=statistics.median(ours),
               peers_ms=medians, best=best, ratio=statistics.median(ours) / medians[best],
               state_bytes=result["state_bytes"], peer_state_bytes=peers[best].state_bytes())
    numbers = result["numbers"]
    print(f"{network:10s} {threads} {kind:9s} posehost {row['posehost_ms']:7.2f} ms   "
          + "   ".join(f"{name} {ms:7.2f} ms" for name, ms in medians.items())
          + f"   posehost/{best} {row['ratio']:5.3f}   state {row['state_bytes'] / numbers:.3f}"
          + f" and {row['peer_state_bytes'] / numbers:.3f} bytes", flush=True)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posehost", default=os.path.join(REPO, "build", "release", "bin", "posehost"))
    parser.add_argument("--only", default=",".join(ARGUMENTS))
    parser.add_argument("--networks", default="resnet50,hrnet_w32")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json")
    args = parser.parse_args()
    rows = [compare(args, kind, network, int(threads)) for network in args.networks.split(",")
            for threads in args.threads.split(",") for kind in args.only.split(",")]
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)


if __name__ == "__main__":
    main()
