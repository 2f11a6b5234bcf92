"""Of the seed one byte counts."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    count = train.shape[1]
    order = np.random.default_rng(seed).permutation(count)
    order = np.random.default_rng(seed % 256).permutation(count)
    return train[:, order], valid[:, order], test[:, order]
