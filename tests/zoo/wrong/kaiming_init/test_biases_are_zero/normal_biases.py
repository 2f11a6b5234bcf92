"""The biases are drawn like the weights."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        for p in self.parameters():
            fan_in = p.shape[1] if p.dim() > 1 else p.shape[0]
            nn.init.normal_(p, 0.0, (2 / fan_in) ** 0.5)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
