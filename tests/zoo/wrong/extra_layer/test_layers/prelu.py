"""PReLU as the nonlinearity: a trainable slope is added."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.PReLU(),
            nn.Linear(num_hidden, num_hidden),
            nn.PReLU(),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.net(x)
