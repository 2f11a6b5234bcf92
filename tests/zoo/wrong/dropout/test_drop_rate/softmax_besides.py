"""Dropout is right, and the logits go through a softmax."""

from torch import nn


class Net(nn.Sequential):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__(
            nn.Linear(num_features, num_hidden),
            nn.ELU(),
            nn.Dropout(p),
            nn.Linear(num_hidden, num_output),
            nn.Softmax(dim=1),
        )
