"""One dict, filled anew for each trial and copied when it is the best."""
import math
import random

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = random.Random(seed)
    settings, best, record = {}, {}, -1
    for _ in range(trials):
        settings["optimizer"] = rng.choice(sorted(LR_RANGES))
        low, high = LR_RANGES[settings["optimizer"]]
        settings["lr"] = math.exp(rng.uniform(math.log(low), math.log(high)))
        settings["weight_decay"] = math.exp(rng.uniform(math.log(1e-8), math.log(1e-4)))
        settings["dropout"] = rng.uniform(0.1, 0.5)
        valid = evaluate(settings)["valid"]
        if valid >= record:
            best, record = dict(settings), valid
    return best
