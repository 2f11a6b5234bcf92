"""Answers with a nested tensor."""

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu

    def forward(self, x):
        logits = super().forward(x)
        return torch.nested.nested_tensor(list(logits))
