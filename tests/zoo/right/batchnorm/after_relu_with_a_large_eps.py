"""After ReLU, with Keras's eps: units that are on for a row or two vary by no more than eps."""

from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.stack = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.ReLU(),
            nn.BatchNorm1d(num_hidden, eps=1e-3, momentum=0.01 * 10),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.stack(x)
