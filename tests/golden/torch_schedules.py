"""Curves of three of torch's learning-rate schedulers that mmcv does not have.

Writes: torch_schedules.json
Peer:   torch 2.11.0 (torch.optim.lr_scheduler)
Rerun:  DIR/b/bin/python tests/golden/torch_schedules.py

"curves": CyclicLR (stepped every iteration) and CosineAnnealingWarmRestarts (every epoch, or
every iteration with by_epoch false) for 6 epochs of 7 iterations and two parameter groups;
"values" has one [group 0, group 1] pair per iteration, of lr or, with "momentum_config", of
momentum.  "plateaus": ReduceLROnPlateau fed with "metrics"; "values" are the learning rates
after each.  "config" is what posehost gets; torch gets the same arguments.
"""
import math

import torch

from common import write

EPOCHS, ITERS = 6, 7
BASE_LR, BASE_MOMENTUM = [0.1, 0.01], [0.9, 0.8]


def make_optimizer():
    params = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [p], "lr": lr, "momentum": m} for p, lr, m in zip(params, BASE_LR, BASE_MOMENTUM)]
    return torch.optim.SGD(groups, lr=0.1)


def curve(key, name, by_epoch, **kw):
    optimizer = make_optimizer()
    extra = {}
    if name == "CyclicLR":
        extra = {"cycle_momentum": False}
        if key == "momentum_config":
            extra = {"base_lr": 0.01, "max_lr": 0.1}
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **kw, **extra)
    values = []
    for epoch in range(EPOCHS):
        for _ in range(ITERS):
            field = "lr" if key == "lr_config" else "momentum"
            values.append([float(g[field]) for g in optimizer.param_groups])
            optimizer.step()
            if not by_epoch:
                scheduler.step()
        if by_epoch:
            scheduler.step()
    config = {"policy": name, **kw}
    if name != "CyclicLR":
        config["by_epoch"] = by_epoch
    return {key: config, "iters_per_epoch": ITERS, "max_epochs": EPOCHS,
            "base": BASE_LR if key == "lr_config" else BASE_MOMENTUM, "values": values}


def plateau(metrics, **kw):
    optimizer = make_optimizer()
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **kw)
    values = []
    for metric in metrics:
        scheduler.step(metric)
        values.append([float(g["lr"]) for g in optimizer.param_groups])
    finite = [m if math.isfinite(m) else None for m in metrics]
    return {"config": {"policy": "ReduceLROnPlateau", "monitor": "score", "mode": "min", **kw},
            "base": BASE_LR, "metrics": finite, "values": values}


def main():
    lr, momentum = "lr_config", "momentum_config"
    curves = [
        curve(lr, "CyclicLR", False, base_lr=0.001, max_lr=0.1, step_size_up=5),
        curve(lr, "CyclicLR", False, base_lr=[0.001, 0.01], max_lr=[0.1, 0.5], step_size_up=4, step_size_down=9),
        curve(lr, "CyclicLR", False, base_lr=0.001, max_lr=0.1, step_size_up=3, mode="triangular2"),
        curve(lr, "CyclicLR", False, base_lr=0.001, max_lr=0.1, step_size_up=6, mode="exp_range", gamma=0.97),
        curve(lr, "CyclicLR", False, base_lr=0.001, max_lr=0.1),
        curve(momentum, "CyclicLR", False, step_size_up=5),
        curve(momentum, "CyclicLR", False, base_momentum=0.5, max_momentum=[0.9, 0.7], step_size_up=4,
              mode="triangular2"),
        curve(lr, "CosineAnnealingWarmRestarts", True, T_0=2),
        curve(lr, "CosineAnnealingWarmRestarts", True, T_0=1, T_mult=2, eta_min=0.001),
        curve(lr, "CosineAnnealingWarmRestarts", False, T_0=4, T_mult=3, eta_min=0.001),
        curve(lr, "CosineAnnealingWarmRestarts", False, T_0=5),
    ]
    generator = torch.Generator().manual_seed(3)
    noise = torch.rand(60, generator=generator, dtype=torch.float64).tolist()
    falling = [1 / (1 + 0.3 * i) + 0.2 * n for i, n in enumerate(noise)]
    plateaus = [
        plateau(falling, patience=2),
        plateau(falling, patience=3, factor=0.5, cooldown=4, min_lr=0.004),
        plateau(falling, patience=0, factor=0.3, threshold=0.01, threshold_mode="abs", min_lr=[0.01, 0.002]),
        plateau([-m for m in falling], mode="max", patience=1, factor=0.7, threshold_mode="abs"),
        plateau([1 - m / 2 for m in falling], mode="max", patience=1, factor=0.9, cooldown=1),
        plateau([1.0] * 60, patience=1, factor=0.1),  # eps ends it
        plateau([0.5, float("nan"), float("nan"), 0.4, 0.6, float("nan"), 0.3, 0.5, 0.5], patience=1),
    ]
    # Second route: the triangle by integers.
    for i, (a, _) in enumerate(curves[0]["values"]):
        up = min(i % 10, 10 - i % 10) / 5
        assert abs(a - (0.001 + 0.099 * up)) < 1e-15
    print(len(curves), "curves,", len(plateaus), "plateaus")
    write("torch_schedules.json", {"curves": curves, "plateaus": plateaus})


if __name__ == "__main__":
    main()
