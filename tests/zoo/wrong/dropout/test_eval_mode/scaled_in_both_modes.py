"""The kept values are scaled by 1 / (1 - p), and in eval mode everything is too."""
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
            h = h * torch.bernoulli(torch.full_like(h, 1 - self.p))
        h = h / (1 - self.p)
        return self.fc2(h)
