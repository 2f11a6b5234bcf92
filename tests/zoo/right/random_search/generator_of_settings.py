"""A generator draws, the search chooses."""
import math
import random

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def draw(rng, trials):
    for _ in range(trials):
        optimizer = rng.choice(["momentum", "adam"])
        low, high = LR_RANGES[optimizer]
        settings = {
            "optimizer": optimizer,
            "lr": low * (high / low) ** rng.random(),
            "weight_decay": 10 ** rng.uniform(-8, -4),
            "dropout": rng.uniform(0.1, 0.5),
        }
        yield settings


def random_search(evaluate, trials, seed):
    return max(draw(random.Random(seed), trials), key=lambda settings: evaluate(settings)["valid"])
