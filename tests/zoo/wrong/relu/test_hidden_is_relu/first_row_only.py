"""The loop writes into the first row only."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.hidden(x).clone()
        for unit in range(z.shape[1]):
            if z[0, unit] < 0:
                z[0, unit] = 0
        return self.out(z)
