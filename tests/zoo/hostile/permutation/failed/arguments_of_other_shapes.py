"""Permutes rightly, then gives the arguments other shapes, and one of them another dtype.

May have everything but that.
"""

import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).permutation(train.shape[1])
    permuted = [images[:, order] for images in (train, valid, test)]
    train.shape = (-1,)
    if valid.dtype == np.float32:
        valid.dtype = np.uint8
    test.resize((1, 2), refcheck=False)
    return permuted
