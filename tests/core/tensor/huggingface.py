"""Writes huggingface.safetensors with huggingface's own library: pip install safetensors==0.4.5 numpy."""
from pathlib import Path

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "u8": numpy.array([1, 2, 3], dtype=numpy.uint8),
        "f32": numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
        "i64": numpy.array([-1, 1], dtype=numpy.int64),
        "empty": numpy.zeros((0, 2), dtype=numpy.float32),
    },
    Path(__file__).with_suffix(".safetensors"),
    metadata={"made_by": "safetensors"},
)
