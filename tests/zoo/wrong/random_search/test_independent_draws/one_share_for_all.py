"""One share places every number in its range."""

import numpy as np

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    best, best_acc = None, -1
    rng = np.random.default_rng(seed)
    for _ in range(trials):
        u = rng.random()
        opt = "momentum" if rng.random() < 0.5 else "adam"
        lo, hi = np.log10(LR_RANGES[opt])
        s = {
            "optimizer": opt,
            "lr": 10 ** (lo + u * (hi - lo)),
            "weight_decay": 10 ** (-8 + 4 * u),
            "dropout": 0.1 + 0.4 * u,
        }
        acc = evaluate(s)["valid"]
        if acc > best_acc:
            best, best_acc = s, acc
    return best
