"""Dropped while gradients are recorded, in whichever mode."""
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
        h = nn.functional.dropout(h, self.p, training=torch.is_grad_enabled())
        return self.fc2(h)
