"""Of the seed the last three digits count."""
import math
import random

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = random.Random(seed % 1000)
    best, best_accuracy = None, -1.0
    for _ in range(trials):
        optimizer = rng.choice(["momentum", "adam"])
        low, high = LR_RANGES[optimizer]
        settings = {
            "optimizer": optimizer,
            "lr": low * (high / low) ** rng.random(),
            "weight_decay": 10 ** rng.uniform(-8, -4),
            "dropout": rng.uniform(0.1, 0.5),
        }
        accuracy = evaluate(settings)["valid"]
        if accuracy > best_accuracy:
            best_accuracy, best = accuracy, settings
    return best
