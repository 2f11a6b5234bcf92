"""train() is overridden, and gives nothing back."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.first, self.last = nn.Linear(num_features, num_hidden), nn.Linear(num_hidden, num_output)
        self.p = self.rate = p

    def train(self, mode=True):
        super().train(mode)
        self.rate = self.p if mode else 0.0

    def forward(self, x):
        return self.last(F.dropout(torch.relu(self.first(x)), self.rate))
