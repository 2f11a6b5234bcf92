"""The mask has shape (H,): every row of a batch loses the same units."""
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
            mask = (torch.rand(h.shape[1]) >= self.p).float() / (1 - self.p)
            h = h * mask
        return self.fc2(h)
