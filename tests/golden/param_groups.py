"""Values of each parameter by the peers' own constructors: param_groups_<peer>.json.

Run with either peer: mmcv 1.7.2 has DefaultOptimizerConstructor; the one with mmpose 1.3.2 has mmengine's
DefaultOptimWrapperConstructor, mmpose's ForceDefault... and LayerDecay... ones. `nets` are the facts that
posehost gives a rule, `result` lr, weight decay and momentum of each parameter that the peer trains.

Neither peer has compiled operators here. The constructors ask mmcv.ops for the classes of deformable
convolutions: a stand-in provides them, so that their rules run too.
"""
import sys
import types

import torch
import torch.nn as nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from common import write


class DeformConv2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4, 4, 3, 3))
        self.bias = nn.Parameter(torch.zeros(4))
        self.conv_offset = nn.Conv2d(4, 18, 3)


ops = types.ModuleType("mmcv.ops")
ops.DeformConv2d = DeformConv2d
ops.ModulatedDeformConv2d = type("ModulatedDeformConv2d", (nn.Module,), {})


class Net(nn.Module):
    def __init__(self, shared=False):
        super().__init__()
        self.backbone = nn.Module()
        b = self.backbone
        b.scale = nn.Parameter(torch.zeros(7))
        b.conv1 = nn.Conv2d(3, 4, 3, bias=False)
        b.bn1 = nn.BatchNorm2d(4)
        b.gn = nn.GroupNorm(2, 4)
        b.ln = nn.LayerNorm(4)
        b.inorm = nn.InstanceNorm2d(4, affine=True)
        b.dw = nn.Conv2d(4, 4, 3, groups=4)
        b.dcn = DeformConv2d()
        b.frozen = nn.Conv2d(4, 4, 1)
        b.frozen.requires_grad_(False)
        self.head = nn.Module()
        self.head.layers = nn.Sequential(nn.ConvTranspose2d(4, 4, 2), nn.BatchNorm2d(4))
        self.head.fc = nn.Linear(4, 2)
        if shared:
            self.head.tied = nn.Module()
            self.head.tied.weight = self.head.fc.weight


class Vit(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        b = self.backbone = nn.Module()
        b.cls_token = nn.Parameter(torch.zeros(1, 1, 4))
        b.pos_embed = nn.Parameter(torch.zeros(1, 5, 4))
        b.patch_embed = nn.Module()
        b.patch_embed.projection = nn.Conv2d(3, 4, 4)
        b.layers = nn.ModuleList()
        for _ in range(depth):
            layer = nn.Module()
            layer.ln1 = nn.LayerNorm(4)
            layer.qkv = nn.Linear(4, 12)
            b.layers.append(layer)
        b.ln1 = nn.LayerNorm(4)
        self.head = nn.Module()
        self.head.final_layer = nn.Conv2d(4, 2, 1)


def facts(model):
    all, seen = [], {}
    for prefix, module in model.named_modules(remove_duplicate=False):
        for name, p in module.named_parameters(recurse=False):
            all.append({
                "name": prefix + "." + name, "shape": list(p.shape), "numel": p.numel(), "module": prefix,
                "module_class": type(module).__name__,
                "is_norm": isinstance(module, (_BatchNorm, _InstanceNorm, nn.GroupNorm, nn.LayerNorm)),
                "is_bias": name == "bias",
                "is_depthwise": isinstance(module, nn.Conv2d) and module.in_channels == module.groups,
                # What the peers call is_dcn_module: a part of such a convolution.
                "is_dcn": isinstance(model.get_submodule(prefix.rpartition(".")[0]), DeformConv2d),
                "requires_grad": p.requires_grad, "alias_of": seen.get(id(p))})
            seen.setdefault(id(p), prefix + "." + name)
    return all


NETS = {"net": Net, "shared": lambda: Net(shared=True), "vit3": Vit, "vit5": lambda: Vit(5)}


def case(build, net, optimizer, paramwise, component="Default"):
    model = NETS[net]()
    groups = build(optimizer, paramwise, model).param_groups
    by_id = {id(p): g for g in groups for p in g["params"]}
    result = {}
    for fact, p in zip(facts(model), [p for _, m in model.named_modules(remove_duplicate=False)
                                      for _, p in m.named_parameters(recurse=False)]):
        if fact["requires_grad"] and fact["alias_of"] is None:
            g = by_id[id(p)]
            result[fact["name"]] = [g["lr"], g["weight_decay"], g["momentum"]]
    return {"component": component, "optimizer": optimizer, "paramwise": paramwise, "net": net,
            "result": result}


SGD = {"type": "SGD", "lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}
KINDS = {"bias_lr_mult": 2.0, "bias_decay_mult": 0.0, "norm_decay_mult": 0.5, "dwconv_decay_mult": 0.1,
         "dcn_offset_lr_mult": 0.3}
KEYS = {"backbone": {"lr_mult": 0.1}, "backbone.bn1": {"decay_mult": 0.0}, "head.layers": {"lr_mult": 3.0, "decay_mult": 2.0},
        "fc": {}, "dw": {"lr_mult": 0.7}, "ln": {"decay_mult": 0.3}}
PARAMWISE = [KINDS, {"bias_decay_mult": 0.0}, {"norm_decay_mult": 0.0}, {"dwconv_decay_mult": 0.0, "bias_decay_mult": 0.5},
             {"bias_lr_mult": 2.0}, {"dcn_offset_lr_mult": 0.1, "bias_lr_mult": 3.0}, {"custom_keys": KEYS},
             {**KINDS, "custom_keys": KEYS}]


def mmcv_cases():
    from mmcv.runner.optimizer import default_constructor
    default_constructor.check_ops_exist = lambda: True
    sys.modules["mmcv.ops"] = ops

    def build(optimizer, paramwise, model):
        return default_constructor.DefaultOptimizerConstructor(optimizer, paramwise)(model)
    return "mmcv", "0.29", [case(build, "net", SGD, p) for p in PARAMWISE] + [
        case(build, "shared", SGD, {**KINDS, "bypass_duplicate": True})]


def mmengine_cases():
    from mmengine.optim import DefaultOptimWrapperConstructor
    from mmengine.optim.optimizer import default_constructor
    import peer_stubs  # noqa: F401  before mmpose
    from mmpose.engine.optim_wrappers import force_default_constructor
    from mmpose.engine.optim_wrappers.force_default_constructor import ForceDefaultOptimWrapperConstructor
    from mmpose.engine.optim_wrappers.layer_decay_optim_wrapper import LayerDecayOptimWrapperConstructor
    default_constructor.mmcv_full_available = lambda: True
    force_default_constructor.mmcv_full_available = lambda: True
    sys.modules["mmcv.ops"] = ops

    def builder(constructor):
        def build(optimizer, paramwise, model):
            return constructor({"type": "OptimWrapper", "optimizer": dict(optimizer)}, paramwise)(model).optimizer
        return build
    build = builder(DefaultOptimWrapperConstructor)
    more = [{"flat_decay_mult": 0.0}, {**KINDS, "flat_decay_mult": 0.25},
            {"custom_keys": {"fc": {"lr_mult": 2.0, "momentum": 0.5}}}]
    cases = [case(build, "net", SGD, p) for p in PARAMWISE + more]
    cases.append(case(build, "shared", SGD, {**KINDS, "bypass_duplicate": True}))
    force = builder(ForceDefaultOptimWrapperConstructor)
    cases.append(case(force, "net", SGD, {**KINDS, "custom_keys": KEYS, "force_default_settings": True}))
    decay = builder(LayerDecayOptimWrapperConstructor)
    cases.append(case(decay, "vit3", SGD, {"num_layers": 3, "layer_decay_rate": 0.75}, "LayerDecay"))
    cases.append(case(decay, "vit5", SGD, {"num_layers": 5, "layer_decay_rate": 0.8}, "LayerDecay"))
    return "mmengine", "1.x", cases


try:
    import mmengine  # noqa: F401
    peer, compat, cases = mmengine_cases()
except ImportError:
    peer, compat, cases = mmcv_cases()
used = {c["net"] for c in cases}
write(f"param_groups_{peer}.json", {
    "compat": compat, "nets": {name: facts(make()) for name, make in NETS.items() if name in used}, "cases": cases})
