"""__init__ seeds torch, so every network starts with the same weights."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.fc1(x))))
