"""p=0 raises an error, though it is a valid rate."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        if not 0 < p < 1:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.fc1(x))))
