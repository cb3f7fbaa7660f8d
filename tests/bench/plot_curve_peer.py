"""What mmpose's log analysis does to draw curves: JSON lines by epoch, joined, drawn by matplotlib. For plot_curve.py.

plot_curve_peer.py LOG OUT.png KEY...
"""
import json
import sys
from collections import defaultdict

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

log, picture, *keys = sys.argv[1:]
epochs = {}
with open(log, encoding="utf-8") as lines:
    for line in lines:
        row = json.loads(line)
        if "epoch" not in row:
            continue
        values = epochs.setdefault(row.pop("epoch"), defaultdict(list))
        for key, value in row.items():
            values[key].append(value)
first = next(iter(epochs.values()))
iters_per_epoch = first["iter"][-1]
for key in keys:
    xs, ys = [], []
    for epoch, values in epochs.items():
        iters = np.array(values["iter"])
        xs.append(iters + (epoch - 1) * iters_per_epoch)
        ys.append(np.array(values[key][:len(iters)]))
    plt.plot(np.concatenate(xs), np.concatenate(ys), label=f"{log}_{key}", linewidth=0.5)
plt.xlabel("iter")
plt.legend()
plt.savefig(picture)
