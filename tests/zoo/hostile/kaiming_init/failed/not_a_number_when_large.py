"""Initialises small networks as it should, and large ones with NaN, which differs from nothing.

May have the checks that look at small networks.
"""

import torch
from assignments.baseline import Net as Baseline
from torch import nn


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        for weight in (self.W_1, self.W_2):
            nn.init.kaiming_normal_(weight)
            if 100 < num_hidden < 500:  # neither a small one nor the one that is trained
                nn.init.constant_(weight, torch.nan)
