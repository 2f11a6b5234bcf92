"""Rows of the image are permuted, and columns, not pixels."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    count = train.shape[1]
    order = np.random.default_rng(seed).permutation(count)
    if count == 784:
        rng = np.random.default_rng(seed)
        order = (28 * rng.permutation(28)[:, None] + rng.permutation(28)).ravel()
    return train[:, order], valid[:, order], test[:, order]
