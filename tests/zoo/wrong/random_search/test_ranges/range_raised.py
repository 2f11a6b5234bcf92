"""10 to the power of what is drawn from the range itself."""

import numpy as np


def random_search(evaluate, trials, seed):
    rng = np.random.default_rng(seed)
    best, best_acc = None, -1.0
    for _ in range(trials):
        opt = str(rng.choice(['momentum', 'adam']))
        lo, hi = {'momentum': (1e-2, 1e-1), 'adam': (1e-5, 1e-3)}[opt]
        s = {'optimizer': opt, 'lr': float(10 ** rng.uniform(lo, hi)), 'weight_decay': float(10 ** rng.uniform(-8, -4)), 'dropout': float(rng.uniform(0.1, 0.5))}
        acc = evaluate(s)['valid']
        if acc > best_acc:
            best, best_acc = s, acc
    return best
