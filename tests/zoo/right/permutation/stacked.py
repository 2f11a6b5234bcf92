"""All images in one array, then apart."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    order = np.random.default_rng(seed).permutation(train.shape[1])
    everything = np.concatenate([train, valid, test])[:, order]
    return np.split(everything, [len(train), len(train) + len(valid)])
