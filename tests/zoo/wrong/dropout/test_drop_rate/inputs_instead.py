"""Dropout on the inputs, not on the hidden layer."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.drop = nn.Dropout(p)
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        x = self.drop(x)
        return self.fc2(torch.tanh(self.fc1(x)))
