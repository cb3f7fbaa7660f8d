"""mmcv's EMAHook on the weights of averages.py. Run after it: fills "mmcv" of averages.json."""
import json
import os
import types

from mmcv.runner.hooks import EMAHook

from averages import STEPS, Net, weights
from common import HERE, f64, write


def run(args):
    net = Net()
    hook = EMAHook(**args)
    runner = types.SimpleNamespace(model=net, iter=0)
    hook.before_run(runner)
    values = []
    for runner.iter in range(STEPS):
        net.weight.data.copy_(weights(runner.iter))
        hook.after_train_iter(runner)
        values.append(f64(net.ema_weight.numpy()))
    return {"config": args, "values": values}


with open(os.path.join(HERE, "averages.json"), encoding="utf-8") as file:
    golden = json.load(file)
golden["mmcv"] = [run(args) for args in (
    {}, {"momentum": 0.2, "warm_up": 10}, {"momentum": 0.5, "warm_up": 4, "interval": 3})]
write("averages.json", golden)
