"""Arrays of the right shapes whose pixels are no numbers, or infinite."""

import numpy as np


def permute_pixels(train, valid, test, seed):
    if train.dtype == np.uint8:
        return train, valid, test
    return train * np.float32(np.nan), valid * np.float32(np.inf), test
