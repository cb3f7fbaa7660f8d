"""Learning-rate and momentum curves of mmcv 1.x's own updater hooks.

Writes: schedules.json
Peer:   mmcv 1.7.2 (EpochBasedRunner, register_lr_hook, register_momentum_hook), torch 2.11.0
Rerun:  DIR/b/bin/python tests/golden/schedules.py

A real EpochBasedRunner runs 6 epochs of 7 iterations over a real torch optimizer with two
parameter groups; with "iter_based" an IterBasedRunner 42 iterations.  "values" has one [group
0, group 1] pair per iteration, read inside train_step, so as the optimizer step of that
iteration would use it.  A case has either "lr_config" (values are lr) or "momentum_config"
(values are momentum, or betas[0] of Adam).  "base" are the groups' starting values.
"refused" are configs that mmcv refuses, with what it says.
"""
import logging
import math
import time
import warnings

warnings.filterwarnings("ignore")
import torch  # noqa: E402
from mmcv.runner import EpochBasedRunner, IterBasedRunner  # noqa: E402

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


def tuples(config):
    """JSON has lists where mmcv wants tuples."""
    return {k: tuple(v) if k == "target_ratio" and isinstance(v, list) else v for k, v in config.items()}


def run(key, config, optimizer="SGD", iter_based=False):
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
    if iter_based:
        runner = IterBasedRunner(model, optimizer=optim, logger=logger, max_iters=EPOCHS * ITERS)
        config = {"by_epoch": False, **config}  # as its register_training_hooks does
    else:
        runner = EpochBasedRunner(model, optimizer=optim, logger=logger, max_epochs=EPOCHS)
    if key == "lr_config":
        runner.register_lr_hook(tuples(config))
    else:
        runner.register_momentum_hook(tuples(config))
    runner.run([torch.utils.data.DataLoader(range(ITERS))], [("train", 1)])
    assert len(model.values) == EPOCHS * ITERS
    case = {key: config}
    if key == "momentum_config":
        case["optimizer"] = optimizer
    if iter_based:
        case["iter_based"] = True
    return {
        **case,
        "iters_per_epoch": ITERS,
        "max_epochs": EPOCHS,
        "base": BASE_LR if key == "lr_config" else BASE_MOMENTUM,
        "values": model.values,
    }


def anneal(c, start, end, f, weight=1.0):
    if c.get("anneal_strategy", "cos") == "linear":
        return start + (end - start) * f
    return end + 0.5 * weight * (start - end) * (1 + math.cos(math.pi * f))


def one_cycle(c, which, group, i):
    n, start = c.get("total_steps") or EPOCHS * ITERS, c.get("pct_start", 0.3)
    pick = lambda v: v[group] if isinstance(v, list) else v  # noqa: E731
    if which == "lr":
        low = pick(c["max_lr"]) / c.get("div_factor", 25)
        top, end = low * c.get("div_factor", 25), low / c.get("final_div_factor", 1e4)
    else:
        low, top = pick(c.get("max_momentum", 0.95)), pick(c.get("base_momentum", 0.85))
        end = low
    turns = [(start * n - 1, low, top)]
    turns += [(2 * start * n - 2, top, low), (n - 1, low, end)] if c.get("three_phase") else [(n - 1, top, end)]
    first = 0
    for last, a, b in turns:
        if i <= last:
            return anneal(c, a, b, (i - first) / (last - first))
        first = last


def cyclic(c, which, base, i):
    n, times = EPOCHS * ITERS, c.get("cyclic_times", 1)
    ratio = c.get("target_ratio", (10, 1e-4) if which == "lr" else (0.85 / 0.95, 1))
    ratio = [ratio] if isinstance(ratio, float) else ratio
    top, end = (ratio[0], ratio[0] / 1e5) if len(ratio) == 1 else ratio
    length = n // times
    up, k, now = int(c.get("step_ratio_up", 0.4) * length), i // length, i % length
    s = c.get("gamma", 1) ** k
    if now < up:
        return anneal(c, base, base * (1 - s + s * top), now / up)
    if up == 0:
        return anneal(c, base * top, base * (1 - s + s * end), now / length)
    return anneal(c, base * (1 - s + s * top), base * end, (now - up) / (length - up))


def by_hand(key, config, base, i, group, iter_based):
    """Second route: the value of iteration i as a pure function of i."""
    c, which = dict(config), "lr" if key == "lr_config" else "momentum"
    by_epoch, warmup = c.get("by_epoch", not iter_based), c.get("warmup")
    p, last = (i // ITERS, EPOCHS) if by_epoch else (i, EPOCHS * ITERS)
    low = c.get("min_" + which)
    if low is None and "min_" + which + "_ratio" in c:
        low = base * c["min_" + which + "_ratio"]
    policy = c["policy"].lower()
    if policy == "fixed":
        v = base
    elif policy == "step":
        k = p // c["step"] if isinstance(c["step"], int) else sum(m <= p for m in c["step"])
        v = base * c.get("gamma", 0.1 if which == "lr" else 0.5) ** k
        v = v if low is None else max(v, low)
    elif policy == "exp":
        v = base * c["gamma"] ** p
    elif policy == "inv":
        v = base / (1 + c["gamma"] * p) ** c.get("power", 1.0)
    elif policy == "poly":
        low = low or 0.0
        v = (base - low) * (1 - p / last) ** c.get("power", 1.0) + low
    elif policy == "linearannealing":
        v = base + (low - base) * p / last
    elif policy == "flatcosineannealing":
        start = round(last * c.get("start_percent", 0.75))
        v = base if p < start else anneal({}, base, low, (p - start) / (last - start))
    elif policy == "cosinerestart":
        begin = 0
        for length, weight in zip(c["periods"], c.get("restart_weights", [1])):
            if p < begin + length:
                v = anneal({}, base, low, (p - begin) / length, weight)
                break
            begin += length
    elif policy == "cyclic":
        v = cyclic(c, which, base, i)
    elif policy == "onecycle":
        v = one_cycle(c, which, group, i)
    else:
        v = low + 0.5 * (base - low) * (1 + math.cos(math.pi * p / last))
    if warmup:
        ratio = c.get("warmup_ratio", 0.1 if which == "lr" else 0.9)
        n = c["warmup_iters"] * (ITERS if c.get("warmup_by_epoch") else 1)
        if i < n:
            f = {"constant": ratio, "linear": 1 - (1 - i / n) * (1 - ratio), "exp": ratio ** (1 - i / n)}[warmup]
            v = v * f if which == "lr" else v / f
    return v


def lr(policy, iter_based=False, **kw):
    return run("lr_config", {"policy": policy, **kw}, iter_based=iter_based)


def momentum(policy, optimizer="SGD", iter_based=False, **kw):
    return run("momentum_config", {"policy": policy, **kw}, optimizer, iter_based)


def refused(key, policy, **kw):
    """A config that mmcv does not run."""
    config = {"policy": policy, **kw}
    try:
        run(key, config)
    except (AssertionError, TypeError, ValueError, KeyError, ZeroDivisionError, UnboundLocalError) as error:
        return {key: config, "error": f"{type(error).__name__}: {error}"}
    raise SystemExit(f"mmcv runs {config}")


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
        # The other policies, by epoch and by iteration, with warm-up, in both runners.
        lr("exp", gamma=0.7),
        lr("exp", gamma=0.95, **BY_ITER, **LINEAR),
        lr("exp", gamma=1.02, **BY_ITER),
        lr("inv", gamma=0.5),
        lr("inv", gamma=0.1, power=0.75, **BY_ITER, **EXP),
        lr("FlatCosineAnnealing", min_lr=0.0),
        lr("FlatCosineAnnealing", start_percent=0.25, min_lr_ratio=0.01),
        lr("FlatCosineAnnealing", start_percent=0.5, min_lr=1e-4, **BY_ITER, **LINEAR),
        lr("FlatCosineAnnealing", start_percent=0.58, min_lr=1e-4, **BY_ITER),
        lr("FlatCosineAnnealing", start_percent=0.0, min_lr=1e-4, **BY_ITER),
        lr("FlatCosineAnnealing", start_percent=1.0, min_lr=1e-4),
        lr("CosineRestart", periods=[6], min_lr=0.0),
        lr("CosineRestart", periods=[2, 4], restart_weights=[1, 0.5], min_lr_ratio=0.01),
        lr("CosineRestart", periods=[10, 12, 30], restart_weights=[1, 0.5, 2.0], min_lr=1e-3, **BY_ITER, **LINEAR),
        lr("cyclic"),
        lr("Cyclic", target_ratio=[6, 0.01], cyclic_times=4, step_ratio_up=0.3),
        lr("cyclic", target_ratio=5.0, cyclic_times=2, anneal_strategy="linear"),
        lr("cyclic", target_ratio=[8.0], cyclic_times=3, gamma=0.5),
        lr("cyclic", by_epoch=False, target_ratio=[10, 1e-4], cyclic_times=5, gamma=0.7, **LINEAR),
        lr("cyclic", target_ratio=[3, 0.5], cyclic_times=4, step_ratio_up=0.0, gamma=0.5),
        lr("cyclic", target_ratio=[3, 0.5], cyclic_times=40),
        lr("OneCycle", max_lr=0.5),
        lr("OneCycle", max_lr=[0.5, 0.05], pct_start=0.4, anneal_strategy="linear", div_factor=10,
           final_div_factor=100),
        lr("OneCycle", max_lr=0.5, three_phase=True),
        lr("OneCycle", max_lr=0.5, total_steps=60, three_phase=True, anneal_strategy="linear", **LINEAR),
        lr("OneCycle", max_lr=0.2, pct_start=0.0),
        lr("OneCycle", max_lr=0.2, pct_start=1.0),
        lr("OneCycle", max_lr=0.2, pct_start=0.01, three_phase=True),
        lr("LinearAnnealing", min_lr=0.001),
        lr("LinearAnnealing", min_lr_ratio=0.01, **BY_ITER, **EXP),
        lr("poly", True, power=0.9, min_lr=1e-4),
        lr("step", True, step=[10, 30], **LINEAR),
        lr("CosineAnnealing", True, min_lr=0, **CONSTANT),
        lr("cyclic", True, cyclic_times=2),
        lr("OneCycle", True, max_lr=0.3),
        momentum("cyclic"),
        momentum("cyclic", target_ratio=[0.85 / 0.95, 1], cyclic_times=3, step_ratio_up=0.4),
        momentum("cyclic", "Adam", target_ratio=[0.8, 0.9], cyclic_times=2, gamma=0.5, anneal_strategy="linear"),
        momentum("cyclic", target_ratio=0.9, warmup="linear", warmup_iters=10),
        momentum("OneCycle"),
        momentum("OneCycle", base_momentum=0.6, max_momentum=[0.9, 0.8], pct_start=0.4, anneal_strategy="linear"),
        momentum("OneCycle", "Adam", three_phase=True),
        momentum("LinearAnnealing", min_momentum=0.5),
        momentum("LinearAnnealing", min_momentum_ratio=0.9, **BY_ITER, warmup="exp", warmup_iters=10),
        momentum("step", iter_based=True, step=10, gamma=0.9),
        momentum("OneCycle", iter_based=True),
    ]
    lr_, momentum_ = "lr_config", "momentum_config"
    bad = [
        refused(lr_, "Onecycle", max_lr=0.1),
        refused(lr_, "cosineannealing", min_lr=0.0),
        refused(lr_, "step"),
        refused(lr_, "step", step=0),
        refused(lr_, "step", step=[2, 0]),
        refused(lr_, "step", step=1.5),
        refused(lr_, "step", step=[1.5]),
        refused(lr_, "step", step=2, stop=3),
        refused(lr_, "exp"),
        refused(lr_, "inv", power=1.0),
        refused(lr_, "CosineAnnealing"),
        refused(lr_, "CosineAnnealing", min_lr=0.0, min_lr_ratio=0.1),
        refused(lr_, "FlatCosineAnnealing", start_percent=1.5, min_lr=0.0),
        refused(lr_, "FlatCosineAnnealing", start_percent=-0.5, min_lr=0.0),
        refused(lr_, "FlatCosineAnnealing"),
        refused(lr_, "CosineRestart", min_lr=0.0),
        refused(lr_, "CosineRestart", periods=[3, 3], min_lr=0.0),
        refused(lr_, "CosineRestart", periods=[2, 3], restart_weights=[1, 1], min_lr=0.0),
        refused(lr_, "CosineRestart", periods=[6]),
        refused(lr_, "cyclic", by_epoch=True),
        refused(lr_, "cyclic", target_ratio=[1, 2, 3]),
        refused(lr_, "cyclic", target_ratio="10"),
        refused(lr_, "cyclic", step_ratio_up=1.0),
        refused(lr_, "cyclic", gamma=0.0),
        refused(lr_, "cyclic", gamma=1.5),
        refused(lr_, "cyclic", anneal_strategy="exp"),
        refused(lr_, "cyclic", cyclic_times=0),
        refused(lr_, "cyclic", cyclic_times=43),
        refused(lr_, "OneCycle"),
        refused(lr_, "OneCycle", max_lr="0.1"),
        refused(lr_, "OneCycle", max_lr=[0.1]),
        refused(lr_, "OneCycle", max_lr=0.1, total_steps=41),
        refused(lr_, "OneCycle", max_lr=0.1, by_epoch=True),
        refused(lr_, "OneCycle", max_lr=0.1, pct_start=1.5),
        refused(lr_, "OneCycle", max_lr=0.1, anneal_strategy="exp"),
        refused(lr_, "OneCycle", max_lr=0.1, total_steps=50, pct_start=0.02),
        refused(lr_, "LinearAnnealing"),
        refused(lr_, "fixed", warmup="cosine", warmup_iters=5),
        refused(lr_, "fixed", warmup="linear"),
        refused(lr_, "fixed", warmup="linear", warmup_iters=5, warmup_ratio=0.0),
        refused(lr_, "fixed", warmup="linear", warmup_iters=5, warmup_ratio=1.5),
        refused(momentum_, "step"),
        refused(momentum_, "step", step=2, min_lr=0.1),
        refused(momentum_, "CosineAnnealing"),
        refused(momentum_, "CosineAnnealing", min_momentum=0.5, min_momentum_ratio=0.5),
        refused(momentum_, "cyclic", by_epoch=True),
        refused(momentum_, "cyclic", step_ratio_up=1.0),
        refused(momentum_, "OneCycle", max_lr=0.1),
        refused(momentum_, "OneCycle", pct_start=-0.1),
        refused(momentum_, "OneCycle", max_momentum=[0.9]),
        refused(momentum_, "LinearAnnealing", min_lr=0.1),
    ]
    worst = 0.0
    for case in cases:
        key = "lr_config" if "lr_config" in case else "momentum_config"
        for i, pair in enumerate(case["values"]):
            for group, (base, value) in enumerate(zip(case["base"], pair)):
                by_formula = by_hand(key, case[key], base, i, group, case.get("iter_based", False))
                worst = max(worst, abs(by_formula - value))
    print(len(cases), "cases,", len(bad), f"refused; largest difference from the closed forms: {worst:.1e}")
    assert worst < 1e-15
    write("schedules.json", {"cases": cases, "refused": bad})


if __name__ == "__main__":
    main()
