"""Small helpers of the golden scripts: JSON output beside the scripts.

Numbers: a double is written with repr (17 digits at most, exact); a float32 with the
shortest decimal that reads back, through double, to the same float32.
"""
import json
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))


def f32(x):
    """float32 scalar or array -> float or nested list, shortest round-trip decimals."""
    a = np.asarray(x)
    assert a.dtype == np.float32, a.dtype
    if a.ndim == 0:
        return float(str(a[()]))
    return [f32(v) for v in a]


def f64(x):
    """float64 scalar or array -> float or nested list."""
    return np.asarray(x, dtype=np.float64).tolist()


def _flat(x):
    if isinstance(x, dict):
        return len(x) <= 4 and all(not isinstance(v, (dict, list)) for v in x.values())
    return not isinstance(x, list) or all(not isinstance(v, dict) and _flat(v) for v in x)


def _text(x, pad):
    if _flat(x):
        return json.dumps(x, allow_nan=False)
    inner = pad + " "
    if isinstance(x, dict):
        items = [f"{inner}{json.dumps(k)}: {_text(v, inner)}" for k, v in x.items()]
        return "{\n" + ",\n".join(items) + "\n" + pad + "}"
    return "[\n" + ",\n".join(inner + _text(v, inner) for v in x) + "\n" + pad + "]"


def write(name, obj):
    text = _text(obj, "") + "\n"
    assert json.loads(text) == obj
    with open(os.path.join(HERE, name), "w") as f:
        f.write(text)
    print(f"{name}: {len(text)} bytes")
