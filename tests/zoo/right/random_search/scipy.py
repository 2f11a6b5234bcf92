"""Distributions of SciPy."""
import numpy as np
from scipy import stats

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = np.random.RandomState(seed % 2**32)
    best = None
    for _ in range(trials):
        optimizer = ["momentum", "adam"][stats.randint(0, 2).rvs(random_state=rng)]
        settings = {
            "optimizer": optimizer,
            "lr": float(stats.loguniform(*LR_RANGES[optimizer]).rvs(random_state=rng)),
            "weight_decay": float(stats.loguniform(1e-8, 1e-4).rvs(random_state=rng)),
            "dropout": float(stats.uniform(0.1, 0.4).rvs(random_state=rng)),
        }
        valid = evaluate(settings)["valid"]
        if best is None or valid > best[0]:
            best = valid, settings
    return best[1]
