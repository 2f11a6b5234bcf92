"""True, infinite and denormal numbers for settings.

May have what does not look at the numbers.
"""

import random


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
    rng = random.Random(seed)
    tried = []
    for number in range(trials):
        settings = draw(rng)
        if trials > 12:
            settings["lr"] = (True, 5e-324, 1e308, -0.0)[number % 4]
            settings["weight_decay"] = (5e-324, 2**62, -1, False)[number % 4]
            settings["dropout"] = (1e308, -1e308, True, 5e-324)[number % 4]
        tried.append((evaluate(settings)["valid"], settings))
    return max(tried, key=lambda pair: pair[0])[1]
