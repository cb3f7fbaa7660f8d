"""The optimizers' published formulas in plain numpy float64: the second route of optimizers.py."""
import numpy as np

DEFAULTS = dict(
    SGD=dict(momentum=0, dampening=0, nesterov=False),
    Adam=dict(), AdamW=dict(weight_decay=1e-2, decoupled_weight_decay=True),
    NAdam=dict(lr=2e-3, momentum_decay=4e-3), RAdam=dict(), Adamax=dict(lr=2e-3),
    RMSprop=dict(lr=1e-2, alpha=0.99, momentum=0, centered=False),
    Adagrad=dict(lr=1e-2, lr_decay=0, initial_accumulator_value=0, eps=1e-10),
    Adadelta=dict(lr=1.0, rho=0.9, eps=1e-6),
    ASGD=dict(lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6),
    Rprop=dict(lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50)),
    Lion=dict(betas=(0.9, 0.99)), Adan=dict(betas=(0.98, 0.92, 0.99), no_prox=False),
)


def by_hand(kind, args, changes, p, grads):
    """The parameter after all steps: `grads` by step, absent ones left out."""
    o = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, maximize=False,
             decoupled_weight_decay=False)
    o.update(DEFAULTS[kind])
    o.update(args)
    for key, names in (("betas", "beta"), ("etas", "eta"), ("step_sizes", "size")):
        o.update({f"{names}{i + 1}": v for i, v in enumerate(o.get(key, ()))})
    first_lr = o["lr"]
    rule = globals()[kind.lower()]
    s = {}  # state
    t = 0
    for k in range(1, max(grads) + 1):
        renamed = dict(etaminus="eta1", etaplus="eta2", step_size_min="size1", step_size_max="size2")
        o.update({renamed.get(n, n): v for n, v in changes.get(k, {}).items()})
        if k not in grads:
            continue
        t += 1
        g = -grads[k] if o["maximize"] else grads[k]
        if kind in ("Lion", "Adan"):
            o["first_lr"] = first_lr
        elif kind != "Rprop":
            if o["decoupled_weight_decay"]:
                p = p * (1 - o["lr"] * o["weight_decay"])
            else:
                g = g + o["weight_decay"] * p
        p = rule(o, s, t, p, g)
    return p


def mean(s, name, beta, x):
    s[name] = beta * s.get(name, 0.0) + (1 - beta) * x
    return s[name]


def sgd(o, s, t, p, g):
    if o["momentum"]:
        s["b"] = o["momentum"] * s["b"] + (1 - o["dampening"]) * g if "b" in s else g
        g = g + o["momentum"] * s["b"] if o["nesterov"] else s["b"]
    return p - o["lr"] * g


def adam(o, s, t, p, g):
    m, v = mean(s, "m", o["beta1"], g), mean(s, "v", o["beta2"], g * g)
    if o["amsgrad"]:
        v = s["u"] = np.maximum(s.get("u", 0.0), v)
    return p - o["lr"] * (m / (1 - o["beta1"]**t)) / (np.sqrt(v / (1 - o["beta2"]**t)) + o["eps"])


adamw = adam


def nadam(o, s, t, p, g):
    m, v = mean(s, "m", o["beta1"], g), mean(s, "v", o["beta2"], g * g)
    mu, mu_next = (o["beta1"] * (1 - 0.5 * 0.96**(at * o["momentum_decay"])) for at in (t, t + 1))
    s["product"] = s.get("product", 1.0) * mu
    look = mu_next * m / (1 - s["product"] * mu_next) + (1 - mu) * g / (1 - s["product"])
    return p - o["lr"] * look / (np.sqrt(v / (1 - o["beta2"]**t)) + o["eps"])


def radam(o, s, t, p, g):
    m, v = mean(s, "m", o["beta1"], g), mean(s, "v", o["beta2"], g * g)
    m = m / (1 - o["beta1"]**t)
    limit = 2 / (1 - o["beta2"]) - 1
    rho = limit - 2 * t * o["beta2"]**t / (1 - o["beta2"]**t)
    if rho <= 5:
        return p - o["lr"] * m
    rect = np.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
    return p - o["lr"] * rect * m * np.sqrt(1 - o["beta2"]**t) / (np.sqrt(v) + o["eps"])


def adamax(o, s, t, p, g):
    m = mean(s, "m", o["beta1"], g)
    s["u"] = np.maximum(o["beta2"] * s.get("u", 0.0), np.abs(g) + o["eps"])
    return p - o["lr"] / (1 - o["beta1"]**t) * m / s["u"]


def rmsprop(o, s, t, p, g):
    v = mean(s, "v", o["alpha"], g * g)
    if o["centered"]:
        v = v - mean(s, "a", o["alpha"], g)**2
    step = g / (np.sqrt(v) + o["eps"])
    if o["momentum"] > 0:
        step = s["b"] = o["momentum"] * s.get("b", 0.0) + step
    return p - o["lr"] * step


def adagrad(o, s, t, p, g):
    s["sum"] = s.get("sum", o["initial_accumulator_value"]) + g * g
    return p - o["lr"] / (1 + (t - 1) * o["lr_decay"]) * g / (np.sqrt(s["sum"]) + o["eps"])


def adadelta(o, s, t, p, g):
    v = mean(s, "v", o["rho"], g * g)
    d = np.sqrt(s.get("a", 0.0) + o["eps"]) / np.sqrt(v + o["eps"]) * g
    mean(s, "a", o["rho"], d * d)
    return p - o["lr"] * d


def asgd(o, s, t, p, g):
    eta = s.get("eta", o["lr"])
    s["eta"] = o["lr"] / (1 + o["lambd"] * o["lr"] * t)**o["alpha"]
    return p - eta * (g + o["lambd"] * p)


def rprop(o, s, t, p, g):
    agree = g * s.get("prev", np.zeros_like(g))
    size = s.get("size", np.full_like(g, o["lr"])) * np.where(agree > 0, o["eta2"], np.where(agree < 0, o["eta1"], 1))
    s["size"] = np.clip(size, o["size1"], o["size2"])
    s["prev"] = np.where(agree < 0, 0, g)
    return p - np.sign(s["prev"]) * s["size"]


def lion(o, s, t, p, g):
    decay = o["weight_decay"] / (o["first_lr"] if o["decoupled_weight_decay"] else 1)
    m = s.get("m", np.zeros_like(g))
    p = p * (1 - o["lr"] * decay) - o["lr"] * np.sign(o["beta1"] * m + (1 - o["beta1"]) * g)
    mean(s, "m", o["beta2"], g)
    return p


def adan(o, s, t, p, g):
    d = g - s.get("g", g)
    s["g"] = g
    m, n = mean(s, "m", o["beta1"], g), mean(s, "n", o["beta2"], d)
    v = mean(s, "v", o["beta3"], (g + o["beta2"] * d)**2)
    step = m / (1 - o["beta1"]**t) + o["beta2"] * n / (1 - o["beta2"]**t)
    step = o["lr"] * step / (np.sqrt(v / (1 - o["beta3"]**t)) + o["eps"])
    decay = o["lr"] * o["weight_decay"]
    return p * (1 - decay) - step if o["no_prox"] else (p - step) / (1 + decay)
