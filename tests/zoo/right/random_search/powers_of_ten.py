"""Exponents of ten, drawn uniformly."""
import math
import random

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = random.Random(seed)
    best, best_accuracy = None, -1.0
    for _ in range(trials):
        adam = rng.random() < 0.5
        settings = {
            "dropout": 0.1 + 0.4 * rng.random(),
            "weight_decay": 10 ** (-8 + 4 * rng.random()),
            "lr": 10 ** (rng.uniform(-5, -3) if adam else rng.uniform(-2, -1)),
            "optimizer": "adam" if adam else "momentum",
        }
        accuracy = evaluate(settings)["valid"]
        if accuracy > best_accuracy:
            best_accuracy, best = accuracy, settings
    return best
