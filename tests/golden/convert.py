"""Writes tests/golden/convert.json: float32 numbers rounded to float16 and bfloat16 by torch, convolutions with
their norms fused by torch.nn.utils.fusion in float64.

Peer:   torch 2.11.0
Rerun:  python tests/golden/convert.py
"""
import struct

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from common import f32, write
from weights import tensor


def bits_of(values, dtype):
    return torch.from_numpy(values).to(dtype).view(torch.int16).numpy().astype(np.uint16).tolist()


def rounding():
    """Bit patterns where something can go wrong, and some from everywhere."""
    special = [0.0, -0.0, float("inf"), -float("inf"), 65504.0, 65519.9, 65520.0, 65536.0, 3.3895e38, 3.4e38,
               6.1035156e-05, 6.0975552e-05, 5.9604645e-08, 2.9802322e-08, 2.9802326e-08, 8.9e-08, 1e-45, 9.2e-41,
               1.17549435e-38, 1.0 + 2.0**-11, 1.0 + 3 * 2.0**-11, 1.0 + 2.0**-8, 1.0 + 3 * 2.0**-8,
               1.0 + 2.0**-11 + 2.0**-23, 0.1, -1.0 / 3.0]
    rng = np.random.default_rng(0)
    anywhere = rng.integers(0, 2**32, 400, dtype=np.uint32).view(np.float32)
    ordinary = (rng.standard_normal(200) * 0.05).astype(np.float32)
    values = np.concatenate([np.array(special, np.float32), anywhere[~np.isnan(anywhere)], ordinary])
    return {"f32": values.view(np.uint32).tolist(), "f16": bits_of(values, torch.float16),
            "bf16": bits_of(values, torch.bfloat16)}


def fused(name, conv, eps, transposed=False):
    channels = conv.out_channels
    norm = nn.BatchNorm2d(channels, eps=eps)
    with torch.no_grad():
        for key, value in list(conv.state_dict().items()):
            value.copy_(torch.from_numpy(tensor(f"{name}.{key}", tuple(value.shape))))
        norm.weight.copy_(torch.from_numpy(tensor(name + ".g", (channels,)) + 1))
        norm.bias.copy_(torch.from_numpy(tensor(name + ".b", (channels,))))
        norm.running_mean.copy_(torch.from_numpy(tensor(name + ".m", (channels,))))
        norm.running_var.copy_(torch.from_numpy(tensor(name + ".v", (channels,)) + 0.75))
    wide = {k: v.double() for k, v in norm.state_dict().items() if v.is_floating_point()}
    weight, bias = fuse_conv_bn_weights(
        conv.weight.detach().double(), None if conv.bias is None else conv.bias.detach().double(),
        wide["running_mean"], wide["running_var"], eps, wide["weight"], wide["bias"], transpose=transposed)
    return {"name": name, "eps": eps, "shape": list(conv.weight.shape), "channels": channels,
            "given": {**{f"conv.{k}": f32(v.detach().numpy().flatten()) for k, v in conv.state_dict().items()},
                      **{f"norm.{k}": f32(v.numpy().flatten()) for k, v in norm.state_dict().items()
                         if v.is_floating_point()}},
            "weight": weight.flatten().tolist(), "bias": bias.flatten().tolist()}


if __name__ == "__main__":
    assert struct.calcsize("f") == 4
    write("convert.json", {
        "rounding": rounding(),
        "fused": [
            fused("layer.conv1", nn.Conv2d(3, 4, 3, bias=False), 1e-5),
            fused("layer.conv2", nn.Conv2d(4, 6, 1, bias=True), 1e-3),
            fused("layer.conv3", nn.Conv2d(4, 8, 3, groups=2, bias=False), 1e-5),
            fused("head.deconv_layers.0", nn.ConvTranspose2d(5, 3, 4, bias=False), 1e-5, True),
        ],
    })
