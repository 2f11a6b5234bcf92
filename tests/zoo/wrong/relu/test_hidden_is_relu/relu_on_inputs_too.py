"""The inputs go through ReLU as well, which pixels from 0 to 1 don't show."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(torch.relu(self.fc1(torch.relu(x))))
