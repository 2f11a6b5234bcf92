"""No accuracy is above 1."""
import numpy as np

LR_RANGES = {"momentum": (1e-2, 1e-1), "adam": (1e-5, 1e-3)}


def random_search(evaluate, trials, seed):
    rng = np.random.default_rng(seed)
    best, highest = {}, 1.0
    for _ in range(trials):
        optimizer = str(rng.choice(["momentum", "adam"]))
        settings = {
            "optimizer": optimizer,
            "lr": float(np.exp(rng.uniform(*np.log(LR_RANGES[optimizer])))),
            "weight_decay": float(10 ** rng.uniform(-8, -4)),
            "dropout": float(rng.uniform(0.1, 0.5)),
        }
        accuracy = evaluate(settings)["valid"]
        if accuracy > highest:
            best, highest = settings, accuracy
    return best
