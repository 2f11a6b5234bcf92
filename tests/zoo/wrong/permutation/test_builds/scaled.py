"""The images are divided by 255 on the way."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).permutation(train.shape[1])
    return train[:, order] / 255, valid[:, order] / 255, test[:, order] / 255
