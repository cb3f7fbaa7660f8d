"""25-step trajectories of rules that are not elementwise: LARS, LAMB, Muon, Adafactor, schedule-free SGD, LBFGS.

Writes: rules.json
Peer:   torch 2.11.0 CPU; torch.optim.Muon (with its Newton-Schulz iteration in float32 as well, see below);
        torch.optim.Adafactor; timm 1.0.31 timm.optim.Lars and Lamb (foreach=False); schedulefree 1.4.1
        SGDScheduleFree; torch.optim.LBFGS
Rerun:  DIR/a/bin/python tests/golden/rules.py

Start values, gradients, "absent" and "set" as in optimizers.py.  "steps" is the run in float32, "f64" in
float64, "state" how many numbers it keeps for each parameter (without counts of steps).  torch.optim.Muon rounds the matrix to bfloat16 before it iterates; "f32" and "f64" of Muon replace
that function by the same iteration without rounding, "bf16" is torch's own.
Lamb counts the steps of a group, posehost those of each parameter: here each parameter has a group of its own,
whose count is taken back where there was no gradient.
Adafactor has matrices up to 18 wide, where posehost goes another way than with small kernels, and five dimensions.
Schedule-free: "steps" are the weights to evaluate; no gradient is absent: schedulefree counts the steps of a
group, posehost those of each parameter.
LBFGS minimises functions in float64 (names in FUNCTIONS); "losses" are its losses, "points" where it is.
"""
import contextlib

import torch

import weights
from common import f64, write

PARAMS = [("p1", (3, 4)), ("p2", (6, 2, 2)), ("p3", (5, 5))]
WITH_BIAS = PARAMS + [("p0", (5,))]
KERNELS = [("p0", (5,)), ("p1", (3, 4)), ("p2", (3, 2, 3, 2)), ("p4", (18, 3)), ("p5", (2, 3, 17)),
           ("p6", (2, 1, 3, 2, 2)), ("p7", (4, 6, 1, 1)), ("p8", ())]
ABSENT = {"p1": [3, 4, 11]}
STEPS, KEPT, CHANGE = 25, (1, 2, 25), 10

MUON = [
    dict(lr=0.02),
    dict(lr=0.02, momentum=0.8, nesterov=False, weight_decay=0.0),
    dict(lr=0.05, weight_decay=0.2, adjust_lr_fn="match_rms_adamw", ns_steps=3),
    dict(lr=0.02, ns_coefficients=[3.0, -3.2, 1.2], eps=1e-3, adjust_lr_fn="original"),
]
LARS = [
    dict(lr=0.5, momentum=0.9, weight_decay=0.01),
    dict(lr=0.5, momentum=0.9, weight_decay=0.01, nesterov=True, trust_coeff=0.02),
    dict(lr=0.1, momentum=0.8, dampening=0.2, weight_decay=0.05, trust_clip=True, trust_coeff=0.5),
    dict(lr=0.2, weight_decay=0.0, always_adapt=True, trust_coeff=0.1),
    dict(lr=0.2, weight_decay=0.0, momentum=0.5),
]
LAMB = [
    dict(lr=0.02),
    dict(lr=0.05, betas=[0.8, 0.95], eps=1e-4, weight_decay=0.1, max_grad_norm=0.5, trust_clip=True),
    dict(lr=0.02, weight_decay=0.0, always_adapt=True, grad_averaging=False, max_grad_norm=None),
    dict(lr=0.02, weight_decay=0.0, bias_correction=False),
    dict(lr=0.03, weight_decay=0.2, caution=True, max_grad_norm=2.0),
    dict(lr=0.03, weight_decay=0.2, decoupled_decay=True, corrected_weight_decay=True, caution=True),
    dict(lr=0.03, weight_decay=0.1, decoupled_decay=True, trust_clip=True, grad_averaging=False),
]
ADAFACTOR = [
    dict(),
    dict(lr=0.3, weight_decay=0.1, beta2_decay=-0.5),
    dict(lr=0.1, eps=[1e-2, 0.2], d=2.0, maximize=True),
    dict(lr=0.5, eps=[0.3, 1e-4], weight_decay=0.05, beta2_decay=-0.9),
]
FREE = [
    dict(lr=0.5),
    dict(lr=0.5, momentum=0.8, weight_decay=0.01),
    dict(lr=0.3, warmup_steps=7, r=0.5),
    dict(lr=0.3, weight_lr_power=1.0, momentum=0.95, warmup_steps=3),
]


@contextlib.contextmanager
def unrounded_muon():
    from torch.optim import _muon

    kept = _muon._zeropower_via_newtonschulz

    def plain(grad, coefficients, steps, eps):
        a, b, c = coefficients
        x = grad.T if grad.size(0) > grad.size(1) else grad
        x = x / x.norm().clamp(min=eps)
        for _ in range(steps):
            gram = x @ x.T
            x = a * x + (b * gram + c * gram @ gram) @ x
        return x.T if grad.size(0) > grad.size(1) else x

    _muon._zeropower_via_newtonschulz = plain
    try:
        yield
    finally:
        _muon._zeropower_via_newtonschulz = kept


def run(make, params, args, dtype, flat=False, evaluate=None, absent=ABSENT, later=None, state=None):
    tensors = []
    for name, shape in params:
        value = torch.from_numpy(weights.tensor(name, shape)).to(dtype)
        tensors.append(torch.nn.Parameter(value.reshape(shape[0], -1) if flat else value))
    optim = make(tensors, args)
    changes = changes_of(optim, later)
    out = {}
    for k in range(1, STEPS + 1):
        for group in optim.param_groups:
            for name, value in changes.get(k, {}).items():
                if name in ("beta1", "beta2"):
                    betas = list(group["betas"])
                    betas[int(name[-1]) - 1] = value
                    group["betas"] = tuple(betas)
                else:
                    assert name in group, name
                    group[name] = value
        for (name, shape), p in zip(params, tensors):
            p.grad = None
            if k not in absent.get(name, ()):
                p.grad = torch.from_numpy(weights.tensor(f"{name}.grad.{k}", shape)).to(dtype).reshape(p.shape)
        optim.step()
        if len(optim.param_groups) > 1:  # Lamb
            for group in optim.param_groups:
                if group["params"][0].grad is None:
                    group["step"] -= 1
        if k in KEPT:
            if evaluate:
                optim.eval()
            out[str(k)] = {name: f64(p.detach().reshape(-1).numpy()) for (name, _), p in zip(params, tensors)}
            if evaluate:
                optim.train()
    if state is not None:
        state.update({name: sum(value.numel() for key, value in optim.state[p].items()
                                if key != "step" and torch.is_tensor(value))
                      for (name, _), p in zip(params, tensors)})
    return out


def changes_of(optim, later):
    """By step; the lr is a tenth from CHANGE on."""
    changes = {CHANGE: {"lr": optim.defaults["lr"] * 0.1}}
    if later:
        changes[16] = later
    return changes


def cases(kind, settings, make, params, flat=False, evaluate=None, absent=ABSENT, around=contextlib.nullcontext,
          later=lambda args: None):
    for args in settings:
        state = {}
        with around():
            then = later(args)
            changes = changes_of(make([torch.nn.Parameter(torch.zeros(2, 2))], args), then)
            case = {"type": kind, "args": args, "params": [{"name": n, "shape": list(s)} for n, s in params],
                    "absent": absent, "set": {str(k): v for k, v in changes.items()},
                    "steps": run(make, params, args, torch.float32, flat, evaluate, absent, then, state),
                    "f64": run(make, params, args, torch.float64, flat, evaluate, absent, then),
                    "state": state}
        if kind == "Muon":
            case["bf16"] = run(make, params, args, torch.float32, flat, absent=absent, later=then)
        yield case


def muon(tensors, args):
    args = dict(args)
    if "ns_coefficients" in args:
        args["ns_coefficients"] = tuple(args["ns_coefficients"])
    return torch.optim.Muon(tensors, **args)


def lars(tensors, args):
    from timm.optim import Lars

    return Lars(tensors, **args)


def lamb(tensors, args):
    from timm.optim import Lamb

    args = {k: tuple(v) if isinstance(v, list) else v for k, v in args.items()}
    return Lamb([{"params": [p]} for p in tensors], foreach=False, **args)


def adafactor(tensors, args):
    return torch.optim.Adafactor(tensors, foreach=False, **args)


def free(tensors, args):
    from schedulefree import SGDScheduleFree

    optim = SGDScheduleFree(tensors, **args)
    optim.train()
    return optim


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def bowl(x):
    return ((torch.arange(1, x.numel() + 1, dtype=x.dtype) * x) ** 2).sum() + x.sin().sum()


FUNCTIONS = {"rosenbrock": rosenbrock, "bowl": bowl}
LBFGS = [
    ("rosenbrock", 6, dict(line_search_fn="strong_wolfe")),
    ("rosenbrock", 2, dict(line_search_fn="strong_wolfe", max_iter=4, history_size=3)),
    ("rosenbrock", 4, dict(lr=0.002, max_iter=5)),
    ("bowl", 5, dict(line_search_fn="strong_wolfe", lr=3.0, max_iter=3)),
    ("bowl", 5, dict(lr=0.05, max_iter=4, history_size=2, tolerance_change=1e-12)),
    ("bowl", 5, dict(line_search_fn="strong_wolfe", max_iter=10, max_eval=4)),
]


def lbfgs():
    for name, n, args in LBFGS:
        # Two parameters: the vectors lie in pieces.
        whole = torch.from_numpy(weights.tensor("lbfgs", (n,))).double()
        x = [torch.nn.Parameter(whole[: n // 2].clone()), torch.nn.Parameter(whole[n // 2 :].clone())]
        optim = torch.optim.LBFGS(x, **args)

        def closure():
            optim.zero_grad()
            loss = FUNCTIONS[name](torch.cat(x))
            loss.backward()
            return loss

        losses, points = [], []
        for _ in range(5):
            losses.append(float(optim.step(closure)))
            points.append(f64(torch.cat([p.detach() for p in x]).numpy()))
        state = optim.state[x[0]]
        yield {"type": "LBFGS", "function": name, "n": n, "args": args, "losses": losses, "points": points,
               "n_iter": state["n_iter"], "func_evals": state["func_evals"]}


if __name__ == "__main__":
    write("rules.json", [
        *cases("Muon", MUON, muon, PARAMS, flat=True, around=unrounded_muon, absent={"p1": [3, 4, 11], "p3": [1, 2, 17]},
               later=lambda args: dict(momentum=0.7, weight_decay=0.15)),
        *cases("LARS", LARS, lars, WITH_BIAS, absent={"p1": [3, 4, 11], "p0": [1, 2, 17]},
               later=lambda args: dict(weight_decay=0.03, **(dict(momentum=0.6) if "momentum" in args else {}))),
        *cases("LAMB", LAMB, lamb, WITH_BIAS, absent={"p1": [3, 4, 11], "p0": [1, 2, 17]},
               later=lambda args: dict(beta1=0.6, beta2=0.9, weight_decay=0.05)),
        *cases("Adafactor", ADAFACTOR, adafactor, KERNELS, absent={"p1": [3, 4, 11], "p0": [1, 2, 17], "p4": [1]},
               later=lambda args: dict(beta2_decay=-0.7, d=1.5, weight_decay=0.02)),
        *cases("ScheduleFreeSGD", FREE, free, WITH_BIAS, evaluate=True, absent={},
               later=lambda args: dict(weight_decay=0.02)),
        *lbfgs()])
