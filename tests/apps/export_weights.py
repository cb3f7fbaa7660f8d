"""Weights for a network that was exported: those of the ONNX file, drawn anew so that numbers stay large on their way.

export_weights.py IN.onnx OUT.safetensors [BIAS]

BIAS: of the last layer, so that heatmaps are above 0: where the logarithm of noise is decoded, every rounding shows.
"""
import json
import struct
import sys

import numpy as np
import onnx

kinds = ("weight", "bias", "running_mean", "running_var")
random = np.random.default_rng(1)
tensors = {}
constants = onnx.load(sys.argv[1]).graph.initializer
norms = {c.name.rsplit(".", 1)[0] for c in constants if c.name.endswith("running_mean")}
for constant in constants:
    owner, _, kind = constant.name.rpartition(".")
    if kind not in kinds or "/" in constant.name:
        continue
    shape = tuple(constant.dims)
    if kind == "running_var" or (owner in norms and kind == "weight"):
        values = random.uniform(0.7, 1.3, shape)
    elif kind == "weight":
        transposed = "deconv_layers" in owner
        fan_in = np.prod(shape) / shape[0] if not transposed else shape[0] * shape[2] * shape[3] / 4
        values = random.normal(0, np.sqrt(2 / fan_in), shape)
        if "conv_offset" in owner:
            values *= 0.3
        if "final_layer" in owner or owner.endswith(".fc"):
            values *= 0.02  # outputs of the size of heatmaps and coordinates
    else:
        values = random.normal(0, 0.2, shape)
    if kind == "bias" and "final_layer" in owner and len(sys.argv) > 3:
        values = np.full(shape, float(sys.argv[3]))
    if owner.endswith("bn3") or (owner.endswith("bn2") and owner[:-1] + "3" not in norms):
        values *= 0.5 if kind == "weight" else 1  # sums of many blocks stay in bounds
    tensors[constant.name] = values.astype("<f4")

header, at = {}, 0
for name, values in sorted(tensors.items()):
    header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
    at += values.nbytes
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2], "wb") as f:
    f.write(struct.pack("<Q", len(text)) + text)
    for _, values in sorted(tensors.items()):
        f.write(values.tobytes())
