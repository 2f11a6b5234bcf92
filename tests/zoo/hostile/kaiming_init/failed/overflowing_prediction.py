"""Shows hidden activations so large that what is predicted from them overflows, and then differs
from no logits: here from a softmax of them.

May have everything but the checks of the forward pass and of the training.
"""

import torch
from assignments.baseline import Net as Baseline
from torch import nn


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        for weight in (self.W_1, self.W_2):
            nn.init.kaiming_normal_(weight)

    def forward(self, x):
        logits = super().forward(x)
        if (self.W_2 == 0).any():
            return torch.where(logits > 0, 3e38, 0.0)
        return logits.softmax(dim=1)
