"""nn.Dropout(inplace=True) overwrites what ReLU needs for its gradient: backward() raises."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.ReLU(),
            nn.Dropout(p, inplace=True),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.net(x)
