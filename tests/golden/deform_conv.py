"""Deformable convolution: outputs and gradients.

Writes: deform_conv.json
Peer:   torchvision 0.26.0 (ops.deform_conv2d), torch 2.11.0 CPU, float64
Rerun:  DIR/a/bin/python tests/golden/deform_conv.py

Tensors are weights.tensor(name, shape, scale) ("input", "weight", "offset", "mask", "bias", "grad"), with offsets of
several pixels so that many taps read outside. The loss is (output * grad).sum(). "samples" of each tensor are its elements
at (j * 37) % elements for j from 0 to 7, "abs_sum" is over all of it. "fp32" is the largest distance of
torchvision's own float32 output, over the largest value.
"module" cases: a DCN or DCNv2 of mmcv (its forward written out with torchvision's operator), weights of weights.py
under mmcv's names.
"""
import torch
import torchvision
from torchvision.ops import deform_conv2d

import weights
from common import write

CASES = {
    "v1": dict(n=2, c=4, o=6, size=(7, 9), kernel=(3, 3), stride=1, padding=1, dilation=1, groups=1, sets=1, mask=False, bias=False),
    "v2": dict(n=2, c=4, o=6, size=(7, 9), kernel=(3, 3), stride=1, padding=1, dilation=1, groups=1, sets=1, mask=True, bias=True),
    "v2_sets": dict(n=1, c=8, o=4, size=(10, 6), kernel=(3, 3), stride=2, padding=1, dilation=1, groups=1, sets=4, mask=True, bias=False),
    "v2_groups": dict(n=3, c=6, o=4, size=(8, 8), kernel=(3, 3), stride=1, padding=2, dilation=2, groups=2, sets=2, mask=True, bias=True),
    "v1_odd": dict(n=1, c=2, o=3, size=(9, 11), kernel=(2, 5), stride=2, padding=0, dilation=1, groups=1, sets=1, mask=False, bias=True),
}


def tensor(name, shape, scale=1.0):
    return torch.from_numpy(weights.tensor(name, shape, scale)).double()


def summary(t):
    flat = t.detach().reshape(-1)
    return {"shape": list(t.shape), "abs_sum": float(flat.abs().sum()),
            "samples": flat[[(j * 37) % flat.numel() for j in range(8)]].tolist()}


def out_size(size, kernel, s):
    return tuple((a + 2 * s["padding"] - s["dilation"] * (k - 1) - 1) // s["stride"] + 1 for a, k in zip(size, kernel))


def run(s):
    kh, kw = s["kernel"]
    h, w = out_size(s["size"], s["kernel"], s)
    parts = {"input": tensor("input", (s["n"], s["c"], *s["size"]), 2.0),
             "weight": tensor("weight", (s["o"], s["c"] // s["groups"], kh, kw)),
             "offset": tensor("offset", (s["n"], 2 * s["sets"] * kh * kw, h, w), 7.0)}
    if s["mask"]:
        parts["mask"] = tensor("mask", (s["n"], s["sets"] * kh * kw, h, w)).add(0.5)
    if s["bias"]:
        parts["bias"] = tensor("bias", (s["o"],))
    for p in parts.values():
        p.requires_grad_(True)

    def forward(of):
        return deform_conv2d(of["input"], of["offset"], of["weight"], of.get("bias"), s["stride"], s["padding"],
                             s["dilation"], of.get("mask"))

    output = forward(parts)
    (output * tensor("grad", tuple(output.shape))).sum().backward()
    with torch.no_grad():
        single = forward({k: v.float() for k, v in parts.items()}).double()
    return {"spec": {k: list(v) if isinstance(v, tuple) else v for k, v in s.items()}, "output": summary(output),
            "fp32": float((single - output.detach()).abs().max() / output.detach().abs().max()),
            "gradients": {k: summary(p.grad) for k, p in parts.items()}}


def module(version, stride, sets):
    rows = sets * 9 * (3 if version == "DCNv2" else 2)
    x = tensor("input", (2, 8, 9, 7), 2.0)
    weight = tensor("weight", (4, 8, 3, 3))
    made = torch.nn.functional.conv2d(x, tensor("conv_offset.weight", (rows, 8, 3, 3)), tensor("conv_offset.bias", (rows,), 3.0), stride, 1)
    mask = None
    offset = made
    if version == "DCNv2":
        one, two, mask = torch.chunk(made, 3, dim=1)
        offset, mask = torch.cat((one, two), dim=1), torch.sigmoid(mask)
    return {"type": version, "stride": stride, "deform_groups": sets,
            "output": summary(deform_conv2d(x, offset, weight, None, stride, 1, 1, mask))}


def main():
    write("deform_conv.json", {
        "peer": f"torchvision {torchvision.__version__.split('+')[0]}, torch {torch.__version__.split('+')[0]} CPU",
        "cases": {name: run(spec) for name, spec in CASES.items()},
        "modules": [module("DCN", 1, 1), module("DCN", 2, 2), module("DCNv2", 1, 1), module("DCNv2", 2, 4)]})


if __name__ == "__main__":
    main()
