"""RLELoss: value, gradient of the output, norms of the gradients of its flow; 0.x's scores of coordinates with deviations.

Writes: rle.json
Peer:   mmpose 1.3.2, torch 2.11.0 CPU. Its RLELoss takes coordinates and deviations apart, 0.x together; the
        formula is 0.29.0's.
Rerun:  DIR/a/bin/python tests/golden/rle.py

Inputs are weights.tensor("rle.output", (3, 5, 4), 2), ("rle.target", (3, 5, 2), 1) and ("rle.weight", (3, 5, 2), 1)
+ 0.5. Every parameter of the flow is weights.tensor("rle." + its name, its shape, 0.8): not what training begins
with, so that each of them counts.
"""
import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

import weights
from common import f32, write

CASES = [{}, {"use_target_weight": True}, {"size_average": False}, {"residual": False},
         {"q_dis": "gaussian", "use_target_weight": True}]


def tensor(name, shape, spread):
    return torch.from_numpy(weights.tensor("rle." + name, tuple(shape), spread))


def run(args):
    renamed = {{"q_dis": "q_distribution"}.get(key, key): value for key, value in args.items()}
    loss = MODELS.build(dict(type="RLELoss", **renamed))
    with torch.no_grad():
        for name, parameter in loss.named_parameters():
            parameter.copy_(tensor(name, parameter.shape, 0.8))
    output = tensor("output", (3, 5, 4), 2).requires_grad_()
    value = loss(output[..., :2], output[..., 2:], tensor("target", (3, 5, 2), 1), tensor("weight", (3, 5, 2), 1) + 0.5)
    value.backward()
    return {"config": {"type": "RLELoss", **args}, "value": f32(value.detach().numpy()),
            "gradient": f32(output.grad.numpy().reshape(-1)),
            "flow": {name: float(p.grad.double().norm()) for name, p in loss.named_parameters()},
            "buffers": {name: list(b.shape) for name, b in loss.named_buffers()}}


def main():
    register_all_modules()
    cases = [run(args) for args in CASES]
    for one in cases:
        print(one["config"], one["value"])
    write("rle.json", {"peer": f"mmpose {mmpose.__version__}, torch {torch.__version__.split('+')[0]} CPU",
                       "cases": cases})


if __name__ == "__main__":
    main()
