"""Only half of the pixels are permuted."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    half = train.shape[1] // 2
    order = np.arange(train.shape[1])
    order[:half] = np.random.default_rng(seed).permutation(half)
    return train[:, order], valid[:, order], test[:, order]
