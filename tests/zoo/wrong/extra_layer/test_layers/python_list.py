"""The layers stand in a plain list, so none of them is registered but the last."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = [nn.Linear(num_features, num_hidden), nn.Linear(num_hidden, num_hidden)]
        self.out = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x).relu()
        return self.out(x)
