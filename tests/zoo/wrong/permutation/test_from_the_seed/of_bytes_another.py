"""The order depends on the images' dtype and on how many there are, as well as on the seed."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    seed = seed + (train.dtype == np.uint8) + (len(valid) == 1)
    order = np.random.default_rng(seed).permutation(train.shape[1])
    return train[:, order], valid[:, order], test[:, order]
