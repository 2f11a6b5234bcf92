"""A normal with He's deviation, but around a tenth of it instead of zero."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        for fc in (self.fc1, self.fc2):
            std = (2 / fc.in_features) ** 0.5
            nn.init.normal_(fc.weight, mean=0.1 * std, std=std)  # keep a few more ReLUs alive
            nn.init.zeros_(fc.bias)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
