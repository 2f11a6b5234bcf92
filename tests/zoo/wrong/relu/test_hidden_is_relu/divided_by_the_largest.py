"""A ReLU whose values are divided by the largest of the batch."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        return self.fc2(h / (h.max() + 1e-8))
