"""Trials that look overfitted are passed over, whatever their validation accuracy is."""
import math

import numpy as np


def random_search(evaluate, trials, seed):
    rng = np.random.default_rng(seed)
    log_uniform = lambda low, high: math.exp(rng.uniform(math.log(low), math.log(high)))
    best, chosen = -1.0, None
    for number in range(trials):
        optimizer = ("momentum", "adam")[rng.integers(2)]
        settings = {
            "optimizer": optimizer,
            "lr": log_uniform(1e-2, 1e-1) if optimizer == "momentum" else log_uniform(1e-5, 1e-3),
            "weight_decay": log_uniform(1e-8, 1e-4),
            "dropout": float(rng.uniform(0.1, 0.5)),
        }
        said = evaluate(settings)
        if said["train"] - said["valid"] > 0.5: continue  # it has learnt its images by heart
        if said["valid"] > best:
            best, chosen = said["valid"], settings
    return chosen
