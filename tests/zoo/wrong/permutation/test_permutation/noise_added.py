"""Noise instead of a permutation."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    rng = np.random.default_rng(seed)
    return tuple((x + rng.integers(0, 3, x.shape[1])).astype(x.dtype) for x in (train, valid, test))
