"""Averages of weights: mmengine's and mmpose's classes behind EMAHook, torch's for SWA.

Writes: averages.json
Peers:  mmengine 0.10.7, mmpose 1.3.2, torch 2.11.0; mmcv 1.7.2 by averages_mmcv.py, which adds its own
Rerun:  DIR/a/bin/python tests/golden/averages.py && DIR/b/bin/python tests/golden/averages_mmcv.py

One float64 parameter of 5 elements takes the values of weights(t) for t = 0, 1, ... after each
iteration; "initial" is what it holds before. "values" is the average after each iteration.
"""
import math

import torch

from common import f64, write

STEPS = 24


def weights(t):
    return torch.tensor([(1 + 0.1 * j) * math.sin(0.7 * t + 0.3 * j) for j in range(5)], dtype=torch.float64)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(weights(-1).clone())


def run(average, net):
    values = []
    for t in range(STEPS):
        net.weight.data.copy_(weights(t))
        average.update_parameters(net)
        values.append(f64(average.module.weight.detach().numpy()))
    return values


def main():
    import peer_stubs  # noqa: F401
    from mmengine.model import ExponentialMovingAverage, MomentumAnnealingEMA, StochasticWeightAverage
    from mmpose.engine.hooks.ema_hook import ExpMomentumEMA

    cases = []
    for kind, args in [
        (ExponentialMovingAverage, {"momentum": 0.1}),
        (ExponentialMovingAverage, {"momentum": 0.1, "interval": 3}),
        (ExpMomentumEMA, {"momentum": 0.0002}),
        (ExpMomentumEMA, {"momentum": 0.01, "gamma": 7}),
        (ExpMomentumEMA, {"momentum": 0.01, "gamma": 7, "interval": 2}),
        (MomentumAnnealingEMA, {"momentum": 0.3, "gamma": 2}),
        (MomentumAnnealingEMA, {"momentum": 0.0002}),
        (StochasticWeightAverage, {}),
        (StochasticWeightAverage, {"interval": 4}),
    ]:
        net = Net()
        cases.append({"config": {"ema_type": kind.__name__, **args}, "values": run(kind(net, **args), net)})
    net = Net()
    swa = torch.optim.swa_utils.AveragedModel(net)
    write("averages.json", {
        "initial": f64(weights(-1).numpy()),
        "weights": [f64(weights(t).numpy()) for t in range(STEPS)],
        "ema": cases,
        "swa": run(swa, net),
        "mmcv": [],
    })


if __name__ == "__main__":
    main()
