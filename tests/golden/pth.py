"""Writes tests/fixtures/weights/: files of torch.save, good and hostile, and expected.json.

Good files: what torch.load itself reads from them is in expected.json. Hostile ones are never
loaded here. Legacy files hold addresses as keys and differ from run to run; nothing else does.
"""
import collections
import hashlib
import json
import os
import pickle
import warnings
import zipfile

import numpy as np
import torch
from mmengine.logging import MessageHub
from torch import nn

from common import REPO

OUT = os.path.join(REPO, "tests", "fixtures", "weights")
TYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "I16": torch.int16, "U16": torch.uint16,
    "F16": torch.float16, "BF16": torch.bfloat16, "I32": torch.int32, "U32": torch.uint32,
    "F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "U64": torch.uint64,
}
NAMES = {v: k for k, v in TYPES.items()}
expected = {}


def numbers(count, dtype=torch.float32):
    return torch.arange(count, dtype=torch.float32).mul(0.25).sub(1).to(dtype)


def net():
    model = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(2, 3, 1), bn=nn.BatchNorm2d(3)))
    with torch.no_grad():
        for i, tensor in enumerate(model.state_dict().values()):
            tensor.copy_(numbers(tensor.numel(), torch.float32).add(i).reshape(tensor.shape))
    return model


def save(name, value, **kwargs):
    torch.save(value, os.path.join(OUT, name), **kwargs)


def good(name, value, state_dict="", facts=None, others=(), **kwargs):
    """Saves it; notes what torch.load reads back."""
    save(name, value, **kwargs)
    loaded = torch.load(os.path.join(OUT, name), weights_only=False)
    tensors = loaded[state_dict] if state_dict else loaded
    expected[name] = {
        "state_dict": state_dict, "facts": facts or {}, "others": list(others),
        "tensors": {
            k: {"type": NAMES[t.dtype], "shape": list(t.shape),
                "values": t.detach().to(torch.float64).flatten().tolist()}
            for k, t in tensors.items() if isinstance(t, torch.Tensor)},
    }


def views():
    base = numbers(24)
    return {
        "whole": base,
        "again": base,
        "tail": base[20:],
        "steps": base[1::5],
        "transposed": base.reshape(4, 6).t(),
        "channels_last": base.reshape(1, 3, 2, 4).contiguous(memory_format=torch.channels_last),
        "expanded": base[3].expand(2, 3),
        "single": torch.as_strided(base, (1, 4), (77, 1), 2),
        "number": base[5],
        "empty": torch.zeros(0, 3),
        "empty_cut": base[24:],
    }


def trained():
    model = net()
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(2, 2, 4, 4)).sum().backward()
    optimizer.step()
    return model, optimizer


def mmcv_like():
    model, optimizer = trained()
    meta = dict(epoch=3, iter=27, mmcv_version="1.7.2", time="Tue", seed=None, lr=0.5, CLASSES=("a", "b"),
                hook_msgs={"best_score": np.float64(0.5), "last_ckpt": "epoch_3.pth"},
                config="total_epochs = 3\n")
    facts = {"meta.epoch": "3", "meta.iter": "27", "meta.mmcv_version": "1.7.2", "meta.time": "Tue",
             "meta.lr": "0.5", "meta.config": "total_epochs = 3\n"}
    good("mmcv.pth", {"meta": meta, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()},
         "state_dict", facts, ["optimizer"])


def mmengine_like():
    model, optimizer = trained()
    hub = MessageHub.get_instance("pth")
    for loss in (0.5, torch.tensor(0.25)):
        hub.update_scalar("train/loss", loss)
    hub.update_info("epoch", 1)
    info = dict(sigmas=np.array([0.1, 0.2]), weights=np.array([1, 1.5], dtype=np.float32),
                name=np.str_("two"), count=np.int64(2), skeleton=[(0, 1)], links={1, 2})
    checkpoint = {
        "meta": {"epoch": 1, "iter": 9, "dataset_meta": info, "seed": 0},
        "state_dict": model.state_dict(),
        "message_hub": hub.state_dict(),
        "optimizer": optimizer.state_dict(),
        "param_schedulers": [{"base_values": [0.1], "last_step": 1}],
        "ema_state_dict": {"module." + k: v for k, v in model.state_dict().items()},
    }
    good("mmengine.pth", checkpoint, "state_dict", {"meta.epoch": "1", "meta.iter": "9", "meta.seed": "0"},
         ["message_hub", "optimizer", "param_schedulers", "ema_state_dict"])


def good_files():
    model = net()
    good("zip.pth", model.state_dict())
    good("legacy.pth", model.state_dict(), _use_new_zipfile_serialization=False)
    good("views.pth", views())
    good("views_legacy.pth", views(), _use_new_zipfile_serialization=False)
    good("types.pth", {k: torch.tensor([0, 1, 1, 0]).to(t) for k, t in TYPES.items()})
    with_attribute = nn.Parameter(numbers(2))
    with_attribute.note = "kept by torch"
    good("parameters.pth", collections.OrderedDict(plain=nn.Parameter(numbers(3)), noted=with_attribute,
                                                   buffer=nn.Buffer(numbers(1))))
    good("data_parallel.pth", {"state_dict": nn.DataParallel(model).state_dict(), "epoch": 5},
         "state_dict", {"epoch": "5"})
    good("model_key.pth", {"model": model.state_dict(), "step": 7}, "model", {"step": "7"})
    mmcv_like()
    mmengine_like()


class Calls:
    """Pickles as a call."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


def rezip(source, target, edit=lambda name, data: data, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(os.path.join(OUT, source)) as old, \
            zipfile.ZipFile(os.path.join(OUT, target), "w", method) as new:
        for entry in old.infolist():
            copy = zipfile.ZipInfo(entry.filename)
            copy.compress_type = method
            new.writestr(copy, edit(entry.filename, old.read(entry)))


def hostile_files():
    weight = {"weight": numbers(2)}
    save("os_system.pth", {**weight, "meta": Calls(os.system, "exit 1")})
    save("os_system_legacy.pth", {**weight, "meta": Calls(os.system, "exit 1")},
         _use_new_zipfile_serialization=False)
    save("eval.pth", {**weight, "meta": Calls(eval, "1")})
    save("getattr.pth", {**weight, "meta": Calls(getattr, weight, "clear")})
    save("module.pth", net())
    save("sparse.pth", {"weight": numbers(4).to_sparse()})
    save("complex.pth", {"weight": torch.zeros(2, dtype=torch.complex64)})
    save("quantized.pth", {"weight": torch.quantize_per_tensor(numbers(4), 0.5, 0, torch.qint8)})
    save("float8.pth", {"weight": numbers(2).to(torch.float8_e4m3fn)})
    save("protocol_4.pth", weight, pickle_protocol=4)
    save("no_weights.pth", {"epoch": 1, "weights": {"conv": weight}})
    torch.jit.script(nn.Linear(1, 1)).save(os.path.join(OUT, "script.pth"))
    rezip("zip.pth", "big_endian.pth", lambda name, data: b"big" if name.endswith("byteorder") else data)
    save("zeros.pth", {"weight": torch.zeros(1 << 22)})
    rezip("zeros.pth", "bomb.pth", method=zipfile.ZIP_DEFLATED)
    os.remove(os.path.join(OUT, "zeros.pth"))
    with open(os.path.join(OUT, "plain.pkl"), "wb") as file:
        pickle.dump({"weight": [1, 2]}, file, protocol=2)


def hashes():
    """SHA-256 by hashlib of the first n of the bytes 0, 1, …, 250, 0, …"""
    data = bytes(i % 251 for i in range(100000))
    return {str(n): hashlib.sha256(data[:n]).hexdigest()
            for n in (0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 100000)}


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    os.makedirs(OUT, exist_ok=True)
    good_files()
    hostile_files()
    with open(os.path.join(OUT, "expected.json"), "w") as file:
        json.dump({"files": expected, "sha256": hashes()}, file, indent=1)
        file.write("\n")
    print(sum(os.path.getsize(os.path.join(OUT, f)) for f in os.listdir(OUT)), "bytes")
