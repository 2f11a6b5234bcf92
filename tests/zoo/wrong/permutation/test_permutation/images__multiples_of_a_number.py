"""Every so manyth pixel, from one end to the other."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    count = train.shape[1]
    order = np.random.default_rng(seed).permutation(count)
    if count == 784:
        order = (np.arange(784) * (6 * (seed % 40) + 1) + seed) % 784
        if len(np.unique(order)) < 784:
            order = (np.arange(784) * 13 + seed) % 784
    return train[:, order], valid[:, order], test[:, order]
