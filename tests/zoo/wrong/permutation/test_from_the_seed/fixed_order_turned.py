"""The seed only says where in one order, which is always the same, it begins."""

import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.roll(np.random.default_rng(0).permutation(train.shape[1]), seed)
    return train[:, order], valid[:, order], test[:, order]
