"""Stops after thirty trials."""
import numpy as np

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = np.random.default_rng(seed)
    tried = []
    for _ in range(min(trials, 30)):
        optimizer = str(rng.choice(list(LR_RANGES)))
        low, high = np.log10(LR_RANGES[optimizer])
        settings = {
            "optimizer": optimizer,
            "lr": float(10 ** rng.uniform(low, high)),
            "weight_decay": float(10 ** rng.uniform(-8, -4)),
            "dropout": float(rng.uniform(0.1, 0.5)),
        }
        tried.append((evaluate(settings)["valid"], settings))
    return max(tried, key=lambda pair: pair[0])[1]
