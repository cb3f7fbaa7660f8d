"""mmpose's side of the benchmarks: a process that answers one request a line with one JSON line.

Peer:   mmpose 1.3.2, mmengine 0.10.7, mmcv-lite 2.1.0, torch 2.11.0 (tests/golden/setup_peers.sh)
Called: by compare.py; alone:  echo 'step 5' | python mmpose_peer.py --network resnet18 --data FOLDER

Requests:  step N            N training iterations (train_step with Adam) on one batch of 16
           data WORKERS SECONDS   the training pipeline through torch's DataLoader
           memory            peak resident memory so far

Everything is as mmpose's users get it: fp32, contiguous tensors, malloc as it comes.
"""
import argparse
import copy
import json
import os
import resource
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from peer_top_down import build_model, dataset  # noqa: E402  (before mmpose)
import torch  # noqa: E402
from mmengine.dataset import pseudo_collate  # noqa: E402
from mmengine.optim import OptimWrapper  # noqa: E402
from mmpose.utils import register_all_modules  # noqa: E402

BATCH = 16
# input (width, height), depth, channels out of the backbone, deconvolution filters
NETWORKS = {"resnet18": ((256, 256), 18, 512, 128), "resnet50": ((192, 256), 50, 2048, 256)}
# What 1.x has for quickstart.json's augmentation.
AUGMENTATION = [dict(type="RandomBBoxTransform", shift_factor=0.1, shift_prob=0.3, scale_factor=(0.8, 1.2),
                     scale_prob=1.0, rotate_factor=30.0, rotate_prob=0.6)]


class Peer:
    def __init__(self, network, folder):
        self.data = dataset(folder, NETWORKS[network][0], AUGMENTATION)
        self.model = build_model(*NETWORKS[network])
        self.wrapper = OptimWrapper(torch.optim.Adam(self.model.parameters(), lr=2e-3))
        self.batch = pseudo_collate([self.data[i % len(self.data)] for i in range(BATCH)])

    def step(self, rounds):
        times = []
        for _ in range(int(rounds)):
            batch = copy.deepcopy(self.batch)
            begin = time.perf_counter()
            self.model.train_step(batch, self.wrapper)
            times.append(1000 * (time.perf_counter() - begin))
        return {"step_ms": times}

    def data_rate(self, workers, seconds):
        loader = torch.utils.data.DataLoader(
            self.data, batch_size=BATCH, shuffle=True, num_workers=int(workers), collate_fn=pseudo_collate,
            persistent_workers=int(workers) > 0)
        for _ in loader:  # workers started, files in the system's cache
            pass
        samples, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < float(seconds):
            samples += sum(len(batch["inputs"]) for batch in loader)
        return {"samples_per_s": samples / (time.perf_counter() - begin)}

    def answer(self, words):
        if words[0] == "step":
            return self.step(words[1])
        if words[0] == "data":
            return self.data_rate(*words[1:])
        if words[0] == "memory":
            return {"peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
        raise ValueError(f"no such request: {words}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=sorted(NETWORKS), default="resnet18")
    parser.add_argument("--data", required=True)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever libraries print goes to stderr
    register_all_modules()
    peer = Peer(args.network, args.data)
    for line in sys.stdin:
        if line.strip():
            os.write(answers, (json.dumps(peer.answer(line.split())) + "\n").encode())


if __name__ == "__main__":
    main()
