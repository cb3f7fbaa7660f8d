"""Deterministic tensor filler shared by the golden scripts and posehost's C++ tests.

Writes: weights.json (known answers) when run as a script.
Peer:   none (numpy only).
Rerun:  python tests/golden/weights.py

THE FORMULA (all integers unsigned 64-bit, wrapping; all reals IEEE double)

  h(name)    = FNV-1a 64 of the UTF-8 bytes of the tensor name:
               h = 0xcbf29ce484222325; per byte: h ^= byte; h *= 0x100000001b3
  x(name, i) = splitmix64 output number i (i = 0, 1, ...) from seed h(name):
               z = h + (i + 1) * 0x9E3779B97F4A7C15
               z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
               z = (z ^ (z >> 27)) * 0x94D049BB133111EB
               x = z ^ (z >> 31)
  u(name, i) = (x >> 40) / 2^24            in [0, 1), exact in float32 and double
  value      = float32((u - 0.5) * scale)  i = row-major (C order) flat index;
               one double multiplication, then one rounding to nearest even

WEIGHTS OF A NETWORK.  Names are spelled as in mmpose 0.x: `backbone.*` and
`keypoint_head.*` (mmpose 1.x's `head.` is renamed before hashing).  The first rule
that fits, by name and shape alone:

  *.num_batches_tracked     0
  *.running_mean            0
  *.running_var             1
  *.bias                    0
  *.weight of rank 1 (norm) 0.5 for the last norm of a residual block, else 1.
                            Last norm of block P (P = "...layerN.M"): P.bn3 where the
                            network has P.bn3.weight, else P.bn2
  *final_layer.weight*      formula, scale = 0.002  (name CONTAINS "final_layer.weight")
  any other *.weight        formula, scale = (2 * sqrt(3)) * sqrt(2 / fan_in)
                            (uniform with He variance), in this order of operations:
                            fan_in = shape[0]*shape[2]*shape[3] / 4 for a transposed
                            convolution (name contains "deconv_layers", rank 4),
                            else shape[1] * product(shape[2:])
"""
import math
import re

import numpy as np

_BLOCK_NORM = re.compile(r"^(.*layer\d+\.\d+)\.bn([23])\.weight$")


def fnv1a64(name):
    h = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        h = ((h ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return h


def random_bits(name, n):
    """x(name, 0..n-1) as uint64."""
    with np.errstate(over="ignore"):
        i = np.arange(1, n + 1, dtype=np.uint64)
        z = np.uint64(fnv1a64(name)) + i * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(name, n):
    """u(name, 0..n-1) as float64 in [0, 1)."""
    return (random_bits(name, n) >> np.uint64(40)).astype(np.float64) / 2.0**24


def tensor(name, shape, scale=1.0):
    """(u - 0.5) * scale as float32 of the given shape."""
    n = int(np.prod(shape, dtype=np.int64))
    return ((uniform(name, n) - 0.5) * scale).astype(np.float32).reshape(shape)


def weight_scale(name, shape):
    if "final_layer.weight" in name:
        return 0.002
    if "deconv_layers" in name and len(shape) == 4:
        fan_in = shape[0] * shape[2] * shape[3] / 4
    else:
        fan_in = int(np.prod(shape[1:], dtype=np.int64))
    return 2.0 * math.sqrt(3.0) * math.sqrt(2.0 / fan_in)


def fill(name, shape, all_names):
    """The value of one named parameter or buffer of a network (float32)."""
    kind = name.rsplit(".", 1)[-1]
    if kind in ("num_batches_tracked", "running_mean", "bias"):
        return np.zeros(shape, np.float32)
    if kind == "running_var":
        return np.ones(shape, np.float32)
    assert kind == "weight", name
    if len(shape) == 1:
        m = _BLOCK_NORM.match(name)
        last = m and (m.group(2) == "3" or m.group(1) + ".bn3.weight" not in all_names)
        return np.full(shape, 0.5 if last else 1.0, np.float32)
    return tensor(name, shape, weight_scale(name, shape))


def posehost_name(name):
    """mmpose 1.x state-dict name -> 0.x (posehost) name."""
    return "keypoint_head." + name[len("head."):] if name.startswith("head.") else name


def fill_module(module):
    """Fill a torch module in place; module names may be 1.x or 0.x spelled."""
    import torch

    state = module.state_dict()
    names = {posehost_name(k) for k in state}
    with torch.no_grad():
        for key, value in state.items():
            new = fill(posehost_name(key), tuple(value.shape), names)
            value.copy_(torch.from_numpy(np.asarray(new)).reshape(value.shape))


def known_answers():
    from common import f32

    def scalar_route(name, i):  # the same in plain Python integers, as a second route
        mask = 0xFFFFFFFFFFFFFFFF
        z = (fnv1a64(name) + (i + 1) * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    cases = []
    for name in ("", "a", "input", "backbone.conv1.weight", "keypoint_head.final_layer.weight"):
        bits = [int(b) for b in random_bits(name, 1001)]
        assert all(bits[i] == scalar_route(name, i) for i in range(1001))
        u = uniform(name, 1001)
        cases.append({
            "name": name,
            "fnv1a64": f"{fnv1a64(name):016x}",
            "bits": {str(i): f"{bits[i]:016x}" for i in (0, 1, 2, 1000)},
            "u": {str(i): float(u[i]) for i in (0, 1, 2, 1000)},
        })
    tensors = []
    names = {"backbone.layer1.0.bn3.weight"}
    for name, shape in (
        ("backbone.conv1.weight", (64, 3, 7, 7)),
        ("backbone.layer1.0.conv1.weight", (64, 64, 3, 3)),
        ("backbone.layer1.0.bn2.weight", (64,)),
        ("backbone.layer1.0.bn3.weight", (256,)),
        ("backbone.layer2.0.bn2.weight", (128,)),
        ("backbone.layer2.0.downsample.1.weight", (128,)),
        ("keypoint_head.deconv_layers.0.weight", (512, 128, 4, 4)),
        ("keypoint_head.final_layer.weight", (17, 128, 1, 1)),
    ):
        v = fill(name, shape, names)
        flat = v.reshape(-1)
        tensors.append({
            "name": name,
            "shape": list(shape),
            "scale": weight_scale(name, shape) if len(shape) > 1 else None,
            "first": f32(flat[:4]),
            "last": f32(flat[-1]),
            "abs_sum": float(np.abs(v.astype(np.float64)).sum()),
        })
    return {
        "peer": "none (tests/golden/weights.py)",
        "note": "tensors are filled as parts of a network whose layer1.0 has a bn3 and layer2.0 has none",
        "generator": cases,
        "tensors": tensors,
    }


if __name__ == "__main__":
    from common import write

    write("weights.json", known_answers())
