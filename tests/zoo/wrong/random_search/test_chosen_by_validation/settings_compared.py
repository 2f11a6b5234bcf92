"""Pairs of accuracy and settings are compared, which fails where two accuracies are equal."""
import random

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = random.Random(seed)
    tried = []
    for _ in range(trials):
        optimizer = rng.choice(["momentum", "adam"])
        low, high = LR_RANGES[optimizer]
        settings = {
            "optimizer": optimizer,
            "lr": low * (high / low) ** rng.random(),
            "weight_decay": 10 ** rng.uniform(-8, -4),
            "dropout": rng.uniform(0.1, 0.5),
        }
        tried.append((evaluate(settings)["valid"], settings))
    return max(tried)[1]
