"""Each unit's weights are standardised after the draw, so the entries of a row depend on each other."""
import torch
from torch import nn


@torch.no_grad()
def he_(w):
    w.normal_()
    w -= w.mean(dim=1, keepdim=True)
    w /= w.std(dim=1, keepdim=True, unbiased=False)
    w *= (2 / w.size(1)) ** 0.5


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        for fc in (self.fc1, self.fc2):
            he_(fc.weight)
            nn.init.zeros_(fc.bias)

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
