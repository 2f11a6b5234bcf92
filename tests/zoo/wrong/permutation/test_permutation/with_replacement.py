"""Columns are drawn with replacement."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).integers(0, train.shape[1], train.shape[1])
    return train[:, order], valid[:, order], test[:, order]
