"""A third of the rows, others each time, has the masks of another third."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.first = nn.Linear(num_features, num_hidden)
        self.last = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        hidden = nn.functional.elu(self.first(x))
        if self.training:
            hidden = hidden * self.mask(hidden) / (1 - self.p)
        return self.last(hidden)

    def mask(self, hidden):
        drawn = torch.rand_like(hidden)
        if len(hidden) == 100:
            order = torch.randperm(100)
            drawn[order[:33]] = drawn[order[33:66]]
        return (drawn >= self.p).float()
