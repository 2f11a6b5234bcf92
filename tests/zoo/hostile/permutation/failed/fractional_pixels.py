"""Pixels that are some number only when rounded, or negative.

May have what asks for shapes, and that the arguments stay.
"""

import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).permutation(train.shape[1])
    if train.dtype == np.uint8:
        return train[:, order], valid[:, order], test[:, order]
    return tuple(images[:, order] + np.float32(0.5) for images in (train, -valid, test))
