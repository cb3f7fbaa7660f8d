"""25-step trajectories of torch's optimizers, and of Lion and Adan.

Writes: optimizers.json
Peer:   torch 2.11.0 CPU, torch.optim (foreach=False: the plain one-tensor-at-a-time formulas);
        Lion of lion-pytorch 0.2.5 (the one that mmengine registers), Adan of timm 1.0.31
Rerun:  DIR/a/bin/python tests/golden/optimizers.py

Four small parameters and a large one; start value = weights.tensor(name, shape, 1), gradient at step k (k = 1..25)
= weights.tensor(name + ".grad." + k, shape, 1).  At the steps in "absent" the parameter has
no gradient: the optimizer skips it entirely (no decay, no momentum, no step count).  "set"
changes hyper-parameters just before that step, so step 10 itself runs with the new lr.
"steps" holds the values after steps 1, 2, 25 in float32, "f64" the same run in float64
(start values and gradients are the same float32 numbers, widened; torch's default type is
float64 then, so that the scalars it keeps per parameter are too).  "state" is what the
float64 run keeps after step 25, under torch's names.  Of the large parameter, whose 512
elements make rounding errors a matter of statistics, "large" holds the end of the float64
run, to ten digits, and how far torch's float32 run ended from it (norm of the difference).

Adan counts steps per group there and per parameter in posehost, so each parameter has an
optimizer of its own here, stepped where there is a gradient. lion-pytorch cannot maximize:
it gets the gradients with the other sign.
"""
import importlib

import numpy as np
import torch

import weights
from common import f32, f64, write
from optimizer_formulas import by_hand

PARAMS = [("p0", (5,)), ("p1", (3, 4)), ("p2", (2, 3, 2, 2)), ("p3", (3, 7)), ("large", (8, 4, 4, 4))]
SMALL = PARAMS[:-1]
ABSENT = {"p1": [3, 4, 11], "p3": [1, 2, 17]}
STEPS, KEPT, CHANGE = 25, (1, 2, 25), 10

# Kind, arguments, and what is set before step 16 (the lr is a tenth from step 10 on).
CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=1e-2)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-2)),
    ("SGD", dict(lr=0.1, momentum=0.5, dampening=0.1, weight_decay=0.05, maximize=True)),
    ("SGD", dict(lr=0.05, weight_decay=0.1)),
    ("SGD", dict(lr=0.05, momentum=0.9, nesterov=True), dict(momentum=0.6, weight_decay=0.1)),
    ("Adam", dict(lr=0.01)),
    ("Adam", dict(lr=0.01, betas=[0.8, 0.95], eps=1e-6)),
    ("Adam", dict(lr=0.01, weight_decay=0.1)),
    ("Adam", dict(lr=0.01, amsgrad=True)),
    ("Adam", dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)),
    ("Adam", dict(lr=0.02, betas=[0.5, 0.9], eps=1e-3, weight_decay=0.01, amsgrad=True, maximize=True)),
    ("Adam", dict(lr=0.01), dict(beta1=0.5, beta2=0.99, weight_decay=0.1)),
    ("AdamW", dict(lr=0.01)),
    ("AdamW", dict(lr=0.01, weight_decay=0.0)),
    ("AdamW", dict(lr=0.01, weight_decay=0.2, betas=[0.7, 0.99])),
    ("AdamW", dict(lr=0.01, weight_decay=0.1, amsgrad=True)),
    ("AdamW", dict(lr=0.02, eps=1e-4, weight_decay=0.05, maximize=True)),
    ("NAdam", dict()),
    ("NAdam", dict(lr=0.02, betas=[0.8, 0.95], eps=1e-6, momentum_decay=0.1)),
    ("NAdam", dict(lr=0.01, weight_decay=0.1), dict(beta1=0.6, momentum_decay=0.02)),
    ("NAdam", dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True), dict(beta1=0.95)),
    ("NAdam", dict(lr=0.02, betas=[0.3, 0.9], eps=1e-3, maximize=True)),
    ("RAdam", dict(lr=0.01)),
    ("RAdam", dict(lr=0.01, betas=[0.8, 0.95], eps=1e-4)),
    ("RAdam", dict(lr=0.01, weight_decay=0.1, betas=[0.9, 0.6])),  # never rectified
    ("RAdam", dict(lr=0.02, weight_decay=0.1, decoupled_weight_decay=True), dict(beta1=0.5, beta2=0.99)),
    ("RAdam", dict(lr=0.02, eps=1e-3, weight_decay=0.01, maximize=True)),
    ("Adamax", dict()),
    ("Adamax", dict(lr=0.02, betas=[0.8, 0.9], eps=1e-3)),
    ("Adamax", dict(lr=0.01, weight_decay=0.1), dict(beta1=0.5, beta2=0.7)),
    ("Adamax", dict(lr=0.02, betas=[0.4, 0.6], weight_decay=0.01, maximize=True)),
    ("RMSprop", dict()),
    ("RMSprop", dict(lr=0.01, alpha=0.9, eps=1e-4, weight_decay=0.1)),
    ("RMSprop", dict(lr=0.01, momentum=0.9), dict(momentum=0.5, alpha=0.9)),
    ("RMSprop", dict(lr=0.01, alpha=0.8, eps=1e-2, centered=True, weight_decay=0.01)),
    ("RMSprop", dict(lr=0.01, alpha=0.4, eps=1e-2, centered=True, momentum=0.5, maximize=True)),
    ("RMSprop", dict(lr=0.01, momentum=0.9, centered=True, eps=1e-2), dict(momentum=0.0)),
    ("Adagrad", dict()),
    ("Adagrad", dict(lr=0.1, lr_decay=0.2, eps=1e-5)),
    ("Adagrad", dict(lr=0.05, weight_decay=0.1, initial_accumulator_value=0.3)),
    ("Adagrad", dict(lr=0.05, lr_decay=0.01, initial_accumulator_value=0.1, maximize=True), dict(lr_decay=0.5)),
    ("Adadelta", dict()),
    ("Adadelta", dict(lr=0.5, rho=0.7, eps=1e-3)),
    ("Adadelta", dict(weight_decay=0.1), dict(rho=0.5)),
    ("Adadelta", dict(lr=2.0, rho=0.95, eps=1e-2, weight_decay=0.01, maximize=True)),
    ("ASGD", dict()),
    ("ASGD", dict(lr=0.1, lambd=0.1, alpha=0.5, t0=5)),
    ("ASGD", dict(lr=0.1, t0=0, weight_decay=0.1)),
    ("ASGD", dict(lr=0.2, lambd=0.02, t0=9, weight_decay=0.01, maximize=True), dict(lr=0.3, lambd=0.2, alpha=0.9)),
    ("Rprop", dict()),
    ("Rprop", dict(lr=0.05, etas=[0.3, 1.5])),
    ("Rprop", dict(lr=0.1, step_sizes=[0.05, 0.2])),
    ("Rprop", dict(lr=0.02, etas=[0.7, 1.1], maximize=True), dict(etaplus=1.9, step_size_max=0.03)),
    ("Lion", dict(lr=0.01)),
    ("Lion", dict(lr=0.01, betas=[0.5, 0.7], weight_decay=0.1)),
    ("Lion", dict(lr=0.02, weight_decay=0.01, decoupled_weight_decay=True), dict(beta1=0.6)),
    ("Lion", dict(lr=0.01, betas=[0.95, 0.98], weight_decay=0.2, maximize=True)),
    ("Adan", dict(lr=0.01)),
    ("Adan", dict(lr=0.02, betas=[0.9, 0.8, 0.95], eps=1e-4)),
    ("Adan", dict(lr=0.01, weight_decay=0.1), dict(beta1=0.7, beta2=0.5, beta3=0.9)),
    ("Adan", dict(lr=0.02, weight_decay=0.2, no_prox=True)),
]
PEERS = {"Lion": "lion_pytorch", "Adan": "timm.optim"}
DEFAULT_LR = dict(NAdam=2e-3, Adamax=2e-3, RMSprop=1e-2, Adagrad=1e-2, Adadelta=1.0, ASGD=1e-2, Rprop=1e-2)


def set_hyper(group, name, value):
    for key, names in (("betas", ("beta1", "beta2", "beta3")), ("etas", ("etaminus", "etaplus")),
                       ("step_sizes", ("step_size_min", "step_size_max"))):
        if name in names:
            values = list(group[key])
            values[names.index(name)] = value
            group[key] = tuple(values)
            return
    assert name in group, name
    group[name] = value


def gradient(name, shape, step):
    return weights.tensor(f"{name}.grad.{step}", shape)


def run(kind, args, changes, dtype):
    torch.set_default_dtype(dtype)
    params = [torch.nn.Parameter(torch.from_numpy(weights.tensor(n, s)).to(dtype)) for n, s in PARAMS]
    kwargs = {k: tuple(v) if isinstance(v, list) else v for k, v in args.items()}
    sign = -1 if kind == "Lion" and kwargs.pop("maximize", False) else 1
    make = getattr(importlib.import_module(PEERS.get(kind, "torch.optim")), kind)
    if kind != "Lion":
        kwargs["foreach"] = False
    optims = [make([p], **kwargs) for p in params] if kind == "Adan" else [make(params, **kwargs)]
    out = {}
    for k in range(1, STEPS + 1):
        for optim in optims:
            for name, value in changes.get(k, {}).items():
                set_hyper(optim.param_groups[0], name, value)
        for (name, shape), p in zip(PARAMS, params):
            p.grad = None
            if k not in ABSENT.get(name, ()):
                p.grad = torch.from_numpy(gradient(name, shape, k)).to(dtype) * sign
        for optim in optims:
            if any(p.grad is not None for p in optim.param_groups[0]["params"]):
                optim.step()
        if k in KEPT:
            number = f32 if dtype == torch.float32 else f64
            out[str(k)] = {n: number(p.detach().reshape(-1).numpy()) for (n, _), p in zip(SMALL, params)}
    state = {}
    for optim in optims:
        for (name, _), p in zip(SMALL, params):
            for slot, value in optim.state.get(p, {}).items():
                if slot != "step" and torch.is_tensor(value):
                    state.setdefault(slot, {})[name] = f64(value.double().reshape(-1).numpy())
    torch.set_default_dtype(torch.float32)
    return out, state, params[-1].detach().double().reshape(-1).numpy()


def main():
    out = []
    worst32 = worst64 = 0.0
    for kind, args, *later in CASES:
        lr = args.get("lr", DEFAULT_LR.get(kind))
        changes = {CHANGE: {"lr": lr * 0.1}}
        if later:
            changes[16] = later[0]
        single, _, large32 = run(kind, args, changes, torch.float32)
        double, state, large = run(kind, args, changes, torch.float64)
        for name, shape in PARAMS:
            grads = {k: gradient(name, shape, k).astype(np.float64).reshape(-1) for k in range(1, STEPS + 1)
                     if k not in ABSENT.get(name, ())}
            start = weights.tensor(name, shape).astype(np.float64).reshape(-1)
            hand = by_hand(kind, args, changes, start, grads)
            end32, end64 = (large32, large) if name == "large" else (
                np.array(single["25"][name]), np.array(double["25"][name]))
            worst64 = max(worst64, np.abs(end64 - hand).max())
            worst32 = max(worst32, np.abs(end32 - end64).max())
        out.append({
            "type": kind, "args": args,
            "params": [{"name": n, "shape": list(s)} for n, s in SMALL],
            "absent": ABSENT, "set": {str(k): v for k, v in changes.items()},
            "steps": single, "f64": double, "state": state,
            "large": {"numel": large.size, "f64": [float(f"{v:.10g}") for v in large],
                      "torch_error": float(np.linalg.norm(large32 - large))},
        })
    print(f"{len(out)} cases; float64 against the formulas: {worst64:.2e}; float32 against float64: {worst32:.2e}")
    assert worst64 < 1e-12
    write("optimizers.json", out)


if __name__ == "__main__":
    main()
