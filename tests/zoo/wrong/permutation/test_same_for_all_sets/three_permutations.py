"""Each set has a permutation of its own."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    rng = np.random.default_rng(seed)
    return tuple(x[:, rng.permutation(x.shape[1])] for x in (train, valid, test))
