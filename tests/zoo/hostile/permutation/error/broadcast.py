"""Arrays of a hundred terabytes that are one number in memory."""

import numpy as np


def permute_pixels(train, valid, test, seed):
    return [np.broadcast_to(np.float32(0), (1 << 20, 1 << 25))] * 3
