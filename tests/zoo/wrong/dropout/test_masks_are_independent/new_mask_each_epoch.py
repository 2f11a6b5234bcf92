"""The mask is drawn again only when train() is called, once an epoch."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p
        self.num_hidden = num_hidden
        self.train()

    def train(self, mode=True):
        if mode:
            self.mask = (torch.rand(self.num_hidden) >= self.p) / (1 - self.p)
        return super().train(mode)

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            h = h * self.mask
        return self.fc2(h)
