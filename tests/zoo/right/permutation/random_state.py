"""The older interface of NumPy."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.RandomState(seed).permutation(train.shape[1])
    return train[:, order], valid[:, order], test[:, order]
