"""The order in which random numbers are sorted."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).random(train.shape[1]).argsort()
    return tuple(np.take(images, order, axis=1) for images in (train, valid, test))
