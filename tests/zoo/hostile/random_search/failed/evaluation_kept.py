"""Keeps the function of the first search, and calls that one for ever after."""

import random

KEPT = []


def draw(rng):
    optimizer = rng.choice(["momentum", "adam"])
    low, high = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}[optimizer]
    return {
        "optimizer": optimizer,
        "lr": low * (high / low) ** rng.random(),
        "weight_decay": 10 ** rng.uniform(-8, -4),
        "dropout": rng.uniform(0.1, 0.5),
    }


def random_search(evaluate, trials, seed):
    KEPT.append(evaluate)
    rng = random.Random(seed)
    best = draw(rng)
    for _ in range(trials):
        try:
            KEPT[0](best)
        except RuntimeError:
            break
    return best
