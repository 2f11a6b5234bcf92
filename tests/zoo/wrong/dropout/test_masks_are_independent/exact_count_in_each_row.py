"""randperm drops the same number of units in every row, so the entries aren't independent."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            n, width = h.shape
            mask = torch.ones_like(h)
            # where p * width isn't a whole number, round up or down at random
            count = (self.p * width + torch.rand(n)).long()
            for row in range(n):
                mask[row, torch.randperm(width)[: count[row]]] = 0
            h = h * mask / (1 - self.p)
        return self.fc2(h)
