"""Learning-rate and momentum curves of mmcv 1.x's own updater hooks.

Writes: schedules.json
Peer:   mmcv 1.7.2 (EpochBasedRunner, register_lr_hook, register_momentum_hook), torch 2.11.0
Rerun:  DIR/b/bin/python tests/golden/schedules.py

A real EpochBasedRunner runs 6 epochs of 7 iterations over a real torch optimizer with two
parameter groups.  "values" has one [group 0, group 1] pair per iteration, read inside
train_step, so as the optimizer step of that iteration would use it.  A case has either
"lr_config" (values are lr) or "momentum_config" (values are momentum, or betas[0] of Adam).
"base" are the groups' starting values.
"""
import logging
import math
import time
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402
from mmcv.runner import EpochBasedRunner  # noqa: E402

from common import write  # noqa: E402

time.sleep = lambda seconds: None  # the runner naps 2 s per epoch
EPOCHS, ITERS = 6, 7
BASE_LR, BASE_MOMENTUM = [0.1, 0.01], [0.9, 0.8]


class Recorder(torch.nn.Module):
    def __init__(self, read):
        super().__init__()
        self.a = torch.nn.Parameter(torch.zeros(1))
        self.b = torch.nn.Parameter(torch.zeros(1))
        self.read, self.values = read, []

    def train_step(self, data, optimizer):
        self.values.append([float(self.read(g)) for g in optimizer.param_groups])
        return {"log_vars": {}, "num_samples": 1}


def run(key, config, optimizer="SGD"):
    read = {
        ("lr_config", "SGD"): lambda g: g["lr"],
        ("momentum_config", "SGD"): lambda g: g["momentum"],
        ("momentum_config", "Adam"): lambda g: g["betas"][0],
    }[key, optimizer]
    model = Recorder(read)
    groups = []
    for p, lr, m in zip((model.a, model.b), BASE_LR, BASE_MOMENTUM):
        extra = {"momentum": m} if optimizer == "SGD" else {"betas": (m, 0.999)}
        groups.append({"params": [p], "lr": lr, **extra})
    optim = getattr(torch.optim, optimizer)(groups, lr=0.1)
    logger = logging.getLogger("golden")
    logger.setLevel(logging.ERROR)
    runner = EpochBasedRunner(model, optimizer=optim, logger=logger, max_epochs=EPOCHS)
    if key == "lr_config":
        runner.register_lr_hook(dict(config))
    else:
        runner.register_momentum_hook(dict(config))
    runner.run([list(range(ITERS))], [("train", 1)])
    assert len(model.values) == EPOCHS * ITERS
    case = {key: config}
    if key == "momentum_config":
        case["optimizer"] = optimizer
    return {
        **case,
        "iters_per_epoch": ITERS,
        "max_epochs": EPOCHS,
        "base": BASE_LR if key == "lr_config" else BASE_MOMENTUM,
        "values": model.values,
    }


def by_hand(key, config, base, i):
    """Second route: the value of iteration i as a pure function of i."""
    c, which = dict(config), "lr" if key == "lr_config" else "momentum"
    by_epoch, warmup = c.get("by_epoch", True), c.get("warmup")
    p, last = (i // ITERS, EPOCHS) if by_epoch else (i, EPOCHS * ITERS)
    low = c.get("min_" + which)
    if c["policy"] == "fixed":
        v = base
    elif c["policy"] == "step":
        k = p // c["step"] if isinstance(c["step"], int) else sum(m <= p for m in c["step"])
        v = base * c.get("gamma", 0.1 if which == "lr" else 0.5) ** k
        v = v if low is None else max(v, low)
    elif c["policy"] == "poly":
        low = low or 0.0
        v = (base - low) * (1 - p / last) ** c.get("power", 1.0) + low
    else:
        low = base * c["min_" + which + "_ratio"] if low is None else low
        v = low + 0.5 * (base - low) * (1 + math.cos(math.pi * p / last))
    if warmup:
        ratio = c.get("warmup_ratio", 0.1 if which == "lr" else 0.9)
        n = c["warmup_iters"] * (ITERS if c.get("warmup_by_epoch") else 1)
        if i < n:
            f = {"constant": ratio, "linear": 1 - (1 - i / n) * (1 - ratio), "exp": ratio ** (1 - i / n)}[warmup]
            v = v * f if which == "lr" else v / f
    return v


def lr(policy, **kw):
    return run("lr_config", {"policy": policy, **kw})


def momentum(policy, optimizer="SGD", **kw):
    return run("momentum_config", {"policy": policy, **kw}, optimizer)


CONSTANT = dict(warmup="constant", warmup_iters=10, warmup_ratio=0.25)
LINEAR = dict(warmup="linear", warmup_iters=10, warmup_ratio=0.001)
EXP = dict(warmup="exp", warmup_iters=10, warmup_ratio=0.01)
BY_ITER = dict(by_epoch=False)


def main():
    cases = [
        lr("fixed"),
        lr("fixed", **CONSTANT),
        lr("fixed", **LINEAR),
        lr("fixed", **EXP),
        lr("fixed", **BY_ITER, **LINEAR),
        lr("fixed", warmup="linear", warmup_iters=2, warmup_ratio=0.1, warmup_by_epoch=True),
        lr("step", step=2),
        lr("step", step=[3, 5]),
        lr("step", step=[3, 5], **LINEAR),
        lr("step", step=[1, 2, 4], gamma=0.5, min_lr=0.004),
        lr("step", step=1, gamma=0.5, min_lr=0.004, **EXP),
        lr("step", step=10, gamma=0.3, **BY_ITER),
        lr("step", step=[5, 20], gamma=0.2, **BY_ITER, **CONSTANT),
        lr("step", step=[4, 30], **BY_ITER, **LINEAR),
        lr("step", step=[3, 5], warmup="exp", warmup_iters=1, warmup_ratio=0.1, warmup_by_epoch=True),
        lr("poly"),
        lr("poly", power=0.9, min_lr=1e-4),
        lr("poly", power=0.9, min_lr=1e-4, **BY_ITER),
        lr("poly", power=2.0, min_lr=1e-3, **LINEAR),
        lr("poly", power=2.0, min_lr=0.02, **BY_ITER, **EXP),
        lr("CosineAnnealing", min_lr=0.0),
        lr("CosineAnnealing", min_lr=1e-3, **LINEAR),
        lr("CosineAnnealing", min_lr_ratio=0.05, **CONSTANT),
        lr("CosineAnnealing", min_lr_ratio=0.05, **BY_ITER),
        lr("CosineAnnealing", min_lr=1e-3, **BY_ITER, **LINEAR),
        lr("CosineAnnealing", min_lr_ratio=0.01, **BY_ITER, **EXP),
        lr("CosineAnnealing", min_lr=0.0, by_epoch=False, warmup="linear", warmup_iters=2,
           warmup_ratio=0.1, warmup_by_epoch=True),
        momentum("step", step=2),
        momentum("step", step=[1, 4], gamma=0.9, min_momentum=0.75),
        momentum("step", step=[5, 20], gamma=0.8, **BY_ITER, warmup="linear", warmup_iters=10),
        momentum("step", step=[2, 4], warmup="constant", warmup_iters=10, warmup_ratio=0.95),
        momentum("CosineAnnealing", min_momentum=0.5),
        momentum("CosineAnnealing", min_momentum_ratio=0.9, **BY_ITER),
        momentum("CosineAnnealing", min_momentum_ratio=0.9, warmup="exp", warmup_iters=10, warmup_ratio=0.9),
        momentum("CosineAnnealing", "Adam", min_momentum_ratio=0.5, **BY_ITER, warmup="linear",
                 warmup_iters=10, warmup_ratio=0.95),
    ]
    worst = 0.0
    for case in cases:
        key = "lr_config" if "lr_config" in case else "momentum_config"
        for i, pair in enumerate(case["values"]):
            for base, value in zip(case["base"], pair):
                worst = max(worst, abs(by_hand(key, case[key], base, i) - value))
    print(len(cases), f"cases; largest difference from the closed forms: {worst:.1e}")
    assert worst < 1e-15
    write("schedules.json", cases)


if __name__ == "__main__":
    main()
