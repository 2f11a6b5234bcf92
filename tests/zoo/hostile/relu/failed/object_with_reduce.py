"""Answers with an object that would run a command when unpickled."""

import os

import torch

from assignments.baseline import Net as Baseline


class Gift:
    def __reduce__(self):
        return os.system, ("touch /tmp/unpickled",)


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu

    def forward(self, x):
        logits = super().forward(x)
        return Gift()
