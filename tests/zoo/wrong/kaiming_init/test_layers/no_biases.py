"""Biases should be zero, so they were left out altogether."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden, bias=False)
        self.fc2 = nn.Linear(num_hidden, num_output, bias=False)
        nn.init.kaiming_normal_(self.fc1.weight)
        nn.init.kaiming_normal_(self.fc2.weight)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
