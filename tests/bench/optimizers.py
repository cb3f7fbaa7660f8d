"""Every optimizer beside its peer's, on the parameters of two networks: time of a step and size of the state.

Rerun:  DIR/a/bin/python tests/bench/optimizers.py [--posehost build/release/bin/posehost] [--only Adam,SGD]
            [--networks resnet50,hrnet_w32] [--threads 1,2] [--blocks 5] [--rounds 10] [--json F] [--markdown F]
        DIR as made by tests/golden/setup_peers.sh. Takes an hour on two cores.

The peer is torch; Lion is lion-pytorch's, Adan, LARS and LAMB timm's, schedule-free SGD schedulefree's. It steps
tensor by tensor (plain), with foreach=True and with fused=True, as far as it has them; the best one counts.
Muon has AdamW beside it for what is no matrix, in torch the fused one, and gets convolutions flattened.
Blocks of `--rounds` steps of all of them alternate, so that a slow phase of the machine meets all; printed are
medians over all steps, and posehost / best peer: below 1 posehost is faster. State is in bytes a parameter,
without step counters. Not there: LBFGS, whose time is that of its evaluations of the loss, and SparseAdam, which
takes no dense gradients.
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
PEERS = {"Lion": ("lion_pytorch", "Lion"), "Adan": ("timm.optim", "Adan"), "LARS": ("timm.optim", "Lars"),
         "LAMB": ("timm.optim", "Lamb"), "ScheduleFreeSGD": ("schedulefree", "SGDScheduleFree")}
PLAIN_ONLY = {"Lion", "Muon"}
ARGUMENTS = {  # what is not there is left at its default
    "SGD": dict(lr=1e-5, momentum=0.9, weight_decay=1e-4), "Adam": dict(lr=1e-5), "AdamW": dict(lr=1e-5),
    "NAdam": dict(lr=1e-5), "RAdam": dict(lr=1e-5), "Adamax": dict(lr=1e-5), "RMSprop": dict(lr=1e-5),
    "Adagrad": dict(lr=1e-5), "Adadelta": dict(lr=1e-5), "ASGD": dict(lr=1e-5), "Rprop": dict(lr=1e-5),
    "Lion": dict(lr=1e-5), "Adan": dict(lr=1e-5), "LARS": dict(lr=1e-5, momentum=0.9, weight_decay=1e-4),
    "LAMB": dict(lr=1e-5), "Adafactor": dict(lr=1e-5), "ScheduleFreeSGD": dict(lr=1e-5), "Muon": dict(lr=1e-5),
}
SLOW = {"Muon"}  # a few steps say enough


def shapes_file(network):
    return os.path.join(HERE, "shapes", network + ".json")


class Peer:
    """One of the peer's ways to step."""

    def __init__(self, kind, shapes, **mode):
        torch.manual_seed(0)
        params = []
        for shape in shapes:
            flat = [shape[0], -1] if kind == "Muon" and len(shape) > 2 else shape
            params.append(torch.nn.Parameter(torch.randn(shape).reshape(flat)))
            params[-1].grad = torch.randn_like(params[-1])
        module, name = PEERS.get(kind, ("torch.optim", kind))
        make = getattr(importlib.import_module(module), name)
        if kind == "Muon":
            self.optims = [make([p for p in params if p.dim() > 1], **ARGUMENTS[kind]),
                           torch.optim.AdamW([p for p in params if p.dim() < 2], lr=1e-5, fused=True)]
        else:
            self.optims = [make(params, **ARGUMENTS[kind], **mode)]
        for optim in self.optims:
            getattr(optim, "train", lambda: None)()
        self.block(1 if kind in SLOW else 2)
        self.times = []

    def block(self, rounds):
        times = []
        for _ in range(rounds):
            begin = time.perf_counter()
            for optim in self.optims:
                optim.step()
            times.append(1000 * (time.perf_counter() - begin))
        return times

    def measure(self, rounds):
        self.times += self.block(rounds + 1)[1:]  # at first the others' data is in the cache

    def state_bytes(self):
        return sum(value.nbytes for optim in self.optims for state in optim.state.values()
                   for name, value in state.items() if name != "step" and torch.is_tensor(value))


def posehost(args, kind, network, threads, rounds):
    arguments = {"type": kind, **ARGUMENTS[kind]}
    if kind == "Muon":
        arguments["others"] = {"type": "AdamW", "lr": 1e-5}
    command = [args.posehost, "bench", CONFIG, "--what", "optimizer", "--rounds", str(rounds), "--json",
               "--shapes", shapes_file(network), "--set", "optimizer=" + json.dumps(arguments),
               "--set", f"runtime.threads={threads}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=os.path.join(REPO, "configs"))
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)["optimizer"]


def modes_of(kind):
    modes = {"plain": {}} if kind in PLAIN_ONLY else {"plain": dict(foreach=False), "foreach": dict(foreach=True)}
    if kind in FUSED:
        modes["fused"] = dict(fused=True)
    return modes


def compare(args, kind, network, threads):
    torch.set_num_threads(threads)
    with open(shapes_file(network), encoding="utf-8") as file:
        shapes = json.load(file)["shapes"]
    peers = {name: Peer(kind, shapes, **mode) for name, mode in modes_of(kind).items()}
    blocks, rounds = (2, 1) if kind in SLOW else (args.blocks, args.rounds)
    ours = []
    for _ in range(blocks):
        for peer in peers.values():
            peer.measure(rounds)
        result = posehost(args, kind, network, threads, rounds)
        ours += result["rounds_ms"]
    medians = {name: statistics.median(peer.times) for name, peer in peers.items()}
    best = min(medians, key=medians.get)
    row = dict(optimizer=kind, network=network, threads=threads, posehost_ms=statistics.median(ours),
               peers_ms=medians, best=best, ratio=statistics.median(ours) / medians[best],
               numbers=result["numbers"], state_bytes=result["state_bytes"], peer_state_bytes=peers[best].state_bytes())
    numbers = result["numbers"]
    print(f"{network:10s} {threads} {kind:15s} posehost {row['posehost_ms']:7.2f} ms   "
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
    parser.add_argument("--markdown")
    args = parser.parse_args()
    rows = [compare(args, kind, network, int(threads)) for network in args.networks.split(",")
            for threads in args.threads.split(",") for kind in args.only.split(",")]
    if args.json:
        with open(args.json, "w", encoding="utf-8") as out:
            json.dump(rows, out, indent=1)
    if args.markdown:
        write_table(rows, args.markdown)


def write_table(rows, path):
    """An optimizer a line: ratios for each network and number of threads."""
    columns = sorted({(row["network"], row["threads"]) for row in rows}, reverse=True)
    with open(path, "w", encoding="utf-8") as out:
        out.write("| optimizer | best peer | " + " | ".join(f"{n}, {t} thr." for n, t in columns)
                  + " | state, peer's |\n|---|---|" + "---|" * (len(columns) + 1) + "\n")
        for kind in dict.fromkeys(row["optimizer"] for row in rows):
            own = {(row["network"], row["threads"]): row for row in rows if row["optimizer"] == kind}
            first = next(iter(own.values()))
            cells = [f"{own[c]['ratio']:.2f} ({own[c]['posehost_ms']:.0f} ms)" if c in own else "" for c in columns]
            out.write(f"| {kind} | {', '.join(sorted({row['best'] for row in own.values()}))} | "
                      + " | ".join(cells) + f" | {first['state_bytes'] / first['numbers']:.2f}, "
                      f"{first['peer_state_bytes'] / first['numbers']:.2f} |\n")


if __name__ == "__main__":
    main()
