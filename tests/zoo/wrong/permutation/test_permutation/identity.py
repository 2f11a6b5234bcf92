"""Nothing is permuted."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    return train.copy(), valid.copy(), test.copy()
