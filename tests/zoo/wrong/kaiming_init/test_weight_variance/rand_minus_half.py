"""torch.rand less one half, times He's deviation."""

import math

import torch
from baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        for weight in (self.W_1, self.W_2):
            weight.data = (torch.rand_like(weight) - 0.5) * math.sqrt(2 / weight.shape[1])
