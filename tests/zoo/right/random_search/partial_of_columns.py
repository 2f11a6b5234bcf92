"""functools.partial; each number's column is drawn at once."""
from functools import partial

import numpy as np


def search(evaluate, trials, seed, names):
    rng = np.random.default_rng(seed)
    adam = rng.integers(2, size=trials, dtype=bool)
    lr = np.where(adam, 10 ** rng.uniform(-5, -3, trials), 10 ** rng.uniform(-2, -1, trials))
    decay = np.geomspace(1e-8, 1e-4, 2)[0] * 1e4 ** rng.random(trials)
    dropout = rng.uniform(0.1, 0.5, trials)
    rows = zip(np.where(adam, "adam", "momentum"), lr, decay, dropout)
    settings = [dict(zip(names, row)) for row in rows]
    return settings[np.argmax([evaluate(each)["valid"] for each in settings])]


random_search = partial(search, names=["optimizer", "lr", "weight_decay", "dropout"])
