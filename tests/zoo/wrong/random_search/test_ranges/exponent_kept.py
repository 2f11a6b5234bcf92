"""Takes the exponent for the learning rate."""

from collections.abc import Callable

import numpy as np

NAMES = ("optimizer", "lr", "weight_decay", "dropout")
# The lesson's ranges. The learning rate's depends on the optimizer.
LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}
WEIGHT_DECAY_RANGE = (1e-8, 1e-4)
DROPOUT_RANGE = (0.1, 0.5)

Settings = dict[str, str | float]


def random_search(
    evaluate: Callable[[Settings], dict[str, float]], trials: int, seed: int
) -> Settings:
    rng = np.random.default_rng(seed)
    best, best_acc = None, 0.0
    for t in range(trials):
        opt = ["momentum", "adam"][rng.integers(2)]
        lo, hi = LR_RANGES[opt]
        s = {
            "optimizer": opt,
            "lr": rng.uniform(np.log10(lo), np.log10(hi)),
            "weight_decay": 10 ** rng.uniform(-8, -4),
            "dropout": rng.uniform(0.1, 0.5),
        }
        r = evaluate(s)
        if r["valid"] > best_acc:
            best_acc = r["valid"]
            best = s
    return best
