"""nn.Threshold(0, 0), and __slots__ for what isn't a module or a parameter."""
from torch import nn


class Net(nn.Module):
    __slots__ = ("sizes", "calls")

    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.sizes = (num_features, num_hidden, num_output)
        self.calls = 0
        self.up = nn.Linear(num_features, num_hidden)
        self.act = nn.Threshold(0.0, 0.0)
        self.down = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        self.calls += 1
        return self.down(self.act(self.up(x)))
