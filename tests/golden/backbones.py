"""HRNet, MobileNetV2, ResNetV1d and ResNeXt: names, parameter counts, outputs and gradients.

Writes: backbones.json
Peer:   mmpose 1.3.2 (backbones alone, no head), torch 2.11.0 CPU
Rerun:  DIR/a/bin/python tests/golden/backbones.py

"names_sha256" and "params" as in model.py.  "names" is given for two small networks.

"step": training mode, weights of weights.py, input weights.tensor("input", (2, C, 128, 128), 2). The loss is the
sum over maps m (from 0) of (map * weights.tensor("grad.m", shape of the map)).sum() / number of its elements.
"outputs": shape, abs sum and four samples of each map, at index (j * 271) % elements; "gradients": abs sums of
all parameters together and of every seventh (but for those that are zero). All from a float64 run; "fp32" is how far
the peer's own float32 run is from it, relative (samples: over the largest value).
"""
import hashlib

import peer_stubs  # noqa: F401  (before mmpose)
import mmpose
import torch
from mmpose.registry import MODELS
from mmpose.utils import register_all_modules

import weights
from common import write


def hrnet(widths, modules=(1, 1, 4, 3), blocks=4, first=64, last=False, **more):
    stages = {"stage1": dict(num_modules=modules[0], num_branches=1, block="BOTTLENECK", num_blocks=(blocks,), num_channels=(first,))}
    for n in (2, 3, 4):
        stages[f"stage{n}"] = dict(num_modules=modules[n - 1], num_branches=n, block="BASIC", num_blocks=(blocks,) * n,
                                   num_channels=tuple(widths[:n]))
    if last:
        stages["stage4"]["multiscale_output"] = True
    return dict(type="HRNet", extra={**stages, **more})


BILINEAR = dict(mode="bilinear", align_corners=False)
NAMED = {
    "hrnet_w32": hrnet((32, 64, 128, 256)), "hrnet_w48": hrnet((48, 96, 192, 384)),
    "hrnetv2_w18": hrnet((18, 36, 72, 144), last=True, upsample=BILINEAR),
    "mobilenet_v2": dict(type="MobileNetV2", widen_factor=1., out_indices=(7,)),
    "mobilenet_v2_035": dict(type="MobileNetV2", widen_factor=0.35), "mobilenet_v2_14": dict(type="MobileNetV2", widen_factor=1.4),
    "resnet_v1d_50": dict(type="ResNetV1d", depth=50), "resnet_v1d_101": dict(type="ResNetV1d", depth=101),
    "resnext_50": dict(type="ResNeXt", depth=50), "resnext_101": dict(type="ResNeXt", depth=101),
    "resnext_152": dict(type="ResNeXt", depth=152),
}
STEPS = {
    "hrnet_nearest": hrnet((4, 8, 12, 16), modules=(1, 1, 2, 2), blocks=2, first=4),
    "hrnet_bilinear": hrnet((4, 8, 12, 16), modules=(1, 1, 1, 2), blocks=1, first=4, last=True, upsample=BILINEAR),
    "mobilenet_v2": dict(type="MobileNetV2", widen_factor=0.25, out_indices=(2, 7)),
    "resnet_v1d": dict(type="ResNetV1d", depth=50, base_channels=8, stem_channels=8, out_indices=(1, 3)),
    "resnext": dict(type="ResNeXt", depth=50, groups=4, width_per_group=2, base_channels=8, stem_channels=8),
}
NAMES_OF = ("hrnet_bilinear", "mobilenet_v2")


def rows(model):
    return [f"{k} {'x'.join(map(str, v.shape)) or 'scalar'}" for k, v in model.state_dict().items()]


def run(config, dtype):
    model = MODELS.build(config)
    model.train()
    weights.fill_module(model)
    model = model.to(dtype)
    maps = model(torch.from_numpy(weights.tensor("input", (2, 3, 128, 128), 2.0)).to(dtype))
    loss = sum((m * torch.from_numpy(weights.tensor(f"grad.{i}", tuple(m.shape))).to(dtype)).sum() / m.numel()
               for i, m in enumerate(maps))
    loss.backward()
    return [m.detach() for m in maps], {k: p.grad for k, p in model.named_parameters()}


def step(config):
    maps, grads = run(config, torch.float64)
    maps32, grads32 = run(config, torch.float32)
    outputs, far = [], 0.0
    for m, m32 in zip(maps, maps32):
        flat, flat32 = m.reshape(-1), m32.reshape(-1).double()
        far = max(far, float((flat - flat32).abs().max() / flat.abs().max()))
        at = [(j * 271) % flat.numel() for j in range(4)]
        outputs.append({"shape": list(m.shape), "abs_sum": float(flat.abs().sum()), "largest": float(flat.abs().max()),
                        "index": at, "samples": flat[at].tolist()})
    sums = {k: float(g.abs().sum()) for k, g in grads.items()}
    # What a norm that follows takes away again has a gradient of nothing but rounding.
    chosen = [k for k in list(sums)[::7] if sums[k] > 1e-6]
    grad_far = max(abs(float(grads32[k].double().abs().sum()) / sums[k] - 1) for k in chosen)
    return {"config": {**config, "extra": {k: v for k, v in config["extra"].items()}} if "extra" in config else config,
            "outputs": outputs, "fp32": {"outputs": far, "gradients": grad_far},
            "gradients": {"sum": sum(sums.values()), "of": {k: sums[k] for k in chosen}}}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def main():
    torch.set_num_threads(2)
    register_all_modules()
    networks = {}
    for name, config in NAMED.items():
        with torch.device("meta"):
            model = MODELS.build(config)
        networks[name] = {"config": plain(config), "params": sum(p.numel() for p in model.parameters()),
                          "entries": len(model.state_dict()),
                          "names_sha256": hashlib.sha256("\n".join(rows(model)).encode()).hexdigest()}
        print(name, networks[name]["params"])
    steps = {}
    for name, config in STEPS.items():
        steps[name] = plain(step(config))
        if name in NAMES_OF:
            steps[name]["names"] = rows(MODELS.build(config))
        print(name, steps[name]["fp32"])
    write("backbones.json", {"peer": f"mmpose {mmpose.__version__}, torch {torch.__version__.split('+')[0]} CPU",
                             "networks": networks, "steps": steps})


if __name__ == "__main__":
    main()
