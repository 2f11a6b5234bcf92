"""Of two seeds that follow each other both give one order."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed // 2).permutation(train.shape[1])
    return train[:, order], valid[:, order], test[:, order]
