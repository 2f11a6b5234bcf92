"""Half of p is passed on."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.dropout = nn.Dropout(p / 2)

    def forward(self, x):
        return self.fc2(self.dropout(torch.relu(self.fc1(x))))
