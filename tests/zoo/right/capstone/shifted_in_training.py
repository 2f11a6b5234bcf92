"""Images are shifted a little in train mode, with torch's random numbers."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 5, stride=2, padding=2),
            nn.BatchNorm2d(16),
            nn.ELU(),
            nn.Conv2d(16, 32, 3, padding=1),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(32),
            nn.ELU(),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(32 * 49, num_output),
        )

    def forward(self, x):
        if self.training:
            down, right = (int(n) for n in torch.randint(-1, 2, (2,)))
            x = x.view(-1, 28, 28).roll((down, right), (1, 2)).flatten(1)
        return self.layers(x)


def make_optimizer(parameters):
    return torch.optim.Adam(parameters, lr=3e-3)
