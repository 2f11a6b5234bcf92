"""The images are mirrored."""
import numpy as np


def permute_pixels(train, valid, test, seed):
    return train[:, ::-1], valid[:, ::-1], test[:, ::-1]
