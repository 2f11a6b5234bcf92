"""All numbers drawn at once, with NumPy."""
import numpy as np

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = np.random.default_rng(seed)
    names = rng.choice(["momentum", "adam"], trials)
    lows, highs = np.array([LR_RANGES[name] for name in names]).T
    lrs = np.exp(rng.uniform(np.log(lows), np.log(highs)))
    decays = np.logspace(-8, -4, 2)[0] * 1e4 ** rng.random(trials)
    drops = 0.1 + 0.4 * rng.random(trials)
    tried = [
        {"optimizer": str(name), "lr": lr, "weight_decay": decay, "dropout": drop}
        for name, lr, decay, drop in zip(names, lrs, decays, drops)
    ]
    valid = [evaluate(settings)["valid"] for settings in tried]
    return tried[int(np.argmax(valid))]
