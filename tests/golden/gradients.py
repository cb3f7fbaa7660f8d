"""Clipping and loss scaling by torch, accumulation by mmcv 1.7.2: gradients.json.

Run with the mmcv 1.7.2 peer. Gradients are small lists of numbers; `clip` has them after
torch.nn.utils.clip_grad_norm_ / clip_grad_value_, with the norm before. `scaler` is the scale of
torch.amp.GradScaler's rule (torch._amp_update_scale_, what GradScaler.update calls) over a sequence of
overflows. `accumulation` is what mmcv's GradientCumulativeOptimizerHook does with a model of one
parameter: its value after each iteration, SGD without momentum, the gradient of iteration i being g[i].
"""
import logging
import types

import torch
from mmcv.runner.hooks.optimizer import GradientCumulativeOptimizerHook

from common import f32, write


def gradients():
    torch.manual_seed(0)
    return [torch.randn(3, 2) * 3, torch.randn(5), torch.randn(1)]


def clip_case(**args):
    params = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients()]
    for p, g in zip(params, gradients()):
        p.grad = g.clone()
    case = {"args": {k: "inf" if v == float("inf") else v for k, v in args.items()}}
    if "clip_value" in args:
        torch.nn.utils.clip_grad_value_(params, args["clip_value"])
    else:
        case["norm"] = float(torch.nn.utils.clip_grad_norm_(params, **args))
    case["after"] = [f32(p.grad.numpy().ravel()) for p in params]
    return case


def scaler_case(overflows, init, growth, backoff, interval):
    scale, tracker = torch.tensor(init), torch.tensor(0, dtype=torch.int32)
    seen = []
    for overflow in overflows:
        torch._amp_update_scale_(scale, tracker, torch.tensor(float(overflow)), growth, backoff, interval)
        seen.append(float(scale))
    return {"init_scale": init, "growth_factor": growth, "backoff_factor": backoff,
            "growth_interval": interval, "overflows": overflows, "scales": seen}


def accumulation_case(iters, cumulative):
    weight = torch.nn.Parameter(torch.zeros((), dtype=torch.float64))
    model = torch.nn.Module()
    model.weight = weight
    hook = GradientCumulativeOptimizerHook(cumulative_iters=cumulative)
    runner = types.SimpleNamespace(model=model, optimizer=torch.optim.SGD([weight], lr=1.0), iter=0,
                                   max_iters=iters, _max_iters=iters, logger=logging.getLogger("quiet"))
    runner.logger.disabled = True
    g = [float(1 + i * i) for i in range(iters)]
    values = []
    for i in range(iters):
        runner.iter = i
        runner.outputs = {"loss": weight * g[i], "num_samples": 1}
        hook.after_train_iter(runner)
        values.append(float(weight))
    return {"iters": iters, "cumulative_iters": cumulative, "gradients": g, "values": values}


write("gradients.json", {
    "gradients": [f32(g.numpy().ravel()) for g in gradients()],
    "clip": [clip_case(max_norm=1.0, norm_type=2.0), clip_case(max_norm=100.0, norm_type=2.0),
             clip_case(max_norm=2.0, norm_type=1.0), clip_case(max_norm=2.0, norm_type=3.0),
             clip_case(max_norm=0.5, norm_type=float("inf")), clip_case(clip_value=0.75)],
    "scaler": [scaler_case([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0], 65536.0, 2.0, 0.5, 3),
               scaler_case([0] * 4 + [1] + [0] * 4, 2.0 ** 127, 4.0, 0.25, 2)],
    "accumulation": [accumulation_case(10, 4), accumulation_case(8, 4), accumulation_case(5, 1),
                     accumulation_case(3, 4), accumulation_case(7, 3)],
})
