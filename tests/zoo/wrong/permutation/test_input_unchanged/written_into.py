"""The results are written into the arrays given."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).permutation(train.shape[1])
    for images in (train, valid, test):
        images[:] = images[:, order]
    return train, valid, test
