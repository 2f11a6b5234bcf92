"""Keys and an optimizer that would clear a terminal, and turn its direction."""

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
    for number in range(trials):
        settings = draw(rng)
        settings["optimizer"] = "\x1b[2J\u202e\ud800\r\n::error::" * 40
        settings["\x1b[2J\u202e::error::<b>"[: 40 * number]] = 1.0
        evaluate(settings)
    return settings
