"""25-step parameter trajectories of torch's SGD, Adam and AdamW.

Writes: optimizers.json
Peer:   torch 2.11.0 CPU, torch.optim (foreach=False: the plain one-tensor-at-a-time formulas)
Rerun:  DIR/a/bin/python tests/golden/optimizers.py

Three parameters; start value = weights.tensor(name, shape, 1), gradient at step k (k = 1..25)
= weights.tensor(name + ".grad." + k, shape, 1).  At the steps in "absent" the parameter has
no gradient: the optimizer skips it entirely (no decay, no momentum, no step count).  "set"
changes an option just before that step, so step 10 itself runs with the new lr.
"steps" holds the values after steps 1, 2, 25 in float32, "f64" the same run in float64
(start values and gradients are the same float32 numbers, widened).
"""
import torch

import weights
from common import f32, f64, write

PARAMS = [("p0", (5,)), ("p1", (3, 4)), ("p2", (2, 3, 2, 2))]
ABSENT = {"p1": [3, 4, 11]}
STEPS, KEPT, CHANGE = 25, (1, 2, 25), 10

CASES = [
    ("SGD", dict(lr=0.1)),
    ("SGD", dict(lr=0.1, momentum=0.9)),
    ("SGD", dict(lr=0.1, momentum=0.9, weight_decay=1e-2)),
    ("SGD", dict(lr=0.1, momentum=0.9, dampening=0.3)),
    ("SGD", dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-2)),
    ("SGD", dict(lr=0.1, momentum=0.5, dampening=0.1, weight_decay=0.05, maximize=True)),
    ("SGD", dict(lr=0.05, weight_decay=0.1)),
    ("Adam", dict(lr=0.01)),
    ("Adam", dict(lr=0.01, betas=[0.8, 0.95], eps=1e-6)),
    ("Adam", dict(lr=0.01, weight_decay=0.1)),
    ("Adam", dict(lr=0.01, amsgrad=True)),
    ("Adam", dict(lr=0.01, weight_decay=0.1, decoupled_weight_decay=True)),
    ("Adam", dict(lr=0.02, betas=[0.5, 0.9], eps=1e-3, weight_decay=0.01, amsgrad=True, maximize=True)),
    ("AdamW", dict(lr=0.01)),
    ("AdamW", dict(lr=0.01, weight_decay=0.0)),
    ("AdamW", dict(lr=0.01, weight_decay=0.2, betas=[0.7, 0.99])),
    ("AdamW", dict(lr=0.01, weight_decay=0.1, amsgrad=True)),
    ("AdamW", dict(lr=0.02, eps=1e-4, weight_decay=0.05, maximize=True)),
]


def run(kind, args, dtype):
    params = [torch.nn.Parameter(torch.from_numpy(weights.tensor(n, s)).to(dtype)) for n, s in PARAMS]
    kwargs = {k: tuple(v) if isinstance(v, list) else v for k, v in args.items()}
    optim = getattr(torch.optim, kind)(params, foreach=False, **kwargs)
    out = {}
    for k in range(1, STEPS + 1):
        if k == CHANGE:
            for group in optim.param_groups:
                group["lr"] = args["lr"] * 0.1
        for (name, shape), p in zip(PARAMS, params):
            if k in ABSENT.get(name, ()):
                p.grad = None
            else:
                p.grad = torch.from_numpy(weights.tensor(f"{name}.grad.{k}", shape)).to(dtype)
        optim.step()
        if k in KEPT:
            number = f32 if dtype == torch.float32 else f64
            out[str(k)] = {n: number(p.detach().reshape(-1).numpy()) for (n, _), p in zip(PARAMS, params)}
    return out


def by_hand(kind, args):
    """The same trajectory from the published formulas, in numpy float64 (second route)."""
    import numpy as np
    o = dict(momentum=0, dampening=0, nesterov=False, betas=(0.9, 0.999), eps=1e-8, amsgrad=False, maximize=False,
             weight_decay=1e-2 if kind == "AdamW" else 0, decoupled_weight_decay=kind == "AdamW")
    o.update(args)
    b1, b2 = o["betas"]
    end = {}
    for name, shape in PARAMS:
        p = weights.tensor(name, shape).astype(np.float64).reshape(-1)
        buf, m, v, vmax, t = None, 0.0, 0.0, 0.0, 0
        for k in range(1, STEPS + 1):
            if k in ABSENT.get(name, ()):
                continue
            lr = o["lr"] * (0.1 if k >= CHANGE else 1)
            g = weights.tensor(f"{name}.grad.{k}", shape).astype(np.float64).reshape(-1)
            g = -g if o["maximize"] else g
            if kind != "SGD" and o["decoupled_weight_decay"]:
                p = p * (1 - lr * o["weight_decay"])
            else:
                g = g + o["weight_decay"] * p
            if kind == "SGD":
                if o["momentum"]:
                    buf = g if buf is None else o["momentum"] * buf + (1 - o["dampening"]) * g
                    g = g + o["momentum"] * buf if o["nesterov"] else buf
                p = p - lr * g
                continue
            t += 1
            m = b1 * m + (1 - b1) * g
            v = b2 * v + (1 - b2) * g * g
            vmax = np.maximum(vmax, v)
            denom = np.sqrt(vmax if o["amsgrad"] else v) / np.sqrt(1 - b2**t) + o["eps"]
            p = p - lr / (1 - b1**t) * m / denom
        end[name] = p
    return end


def main():
    out = []
    worst32 = worst64 = 0.0
    for kind, args in CASES:
        single, double = run(kind, args, torch.float32), run(kind, args, torch.float64)
        hand = by_hand(kind, args)
        for n, _ in PARAMS:
            worst64 = max(worst64, max(abs(a - b) for a, b in zip(double["25"][n], hand[n])))
            worst32 = max(worst32, max(abs(a - b) for a, b in zip(single["25"][n], double["25"][n])))
        out.append({
            "type": kind, "args": args,
            "params": [{"name": n, "shape": list(s)} for n, s in PARAMS],
            "absent": ABSENT, "set": {str(CHANGE): {"lr": args["lr"] * 0.1}},
            "steps": single, "f64": double,
        })
    print(f"{len(out)} cases; float64 against the formulas: {worst64:.2e}; float32 against float64: {worst32:.2e}")
    assert worst64 < 1e-13
    write("optimizers.json", out)


if __name__ == "__main__":
    main()
