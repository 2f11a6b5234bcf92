"""nn.Dropout before the ReLU, which gives the same values: relu(c z) = c relu(z) for c >= 0."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.Dropout(p=p),
            nn.ReLU(),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.layers(x)
