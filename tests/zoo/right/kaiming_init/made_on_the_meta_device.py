"""Made on the meta device, given memory by to_empty, then filled."""

import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        with torch.device("meta"):
            self.body = nn.Sequential(nn.Linear(num_features, num_hidden), nn.ELU(), nn.Linear(num_hidden, num_output))
        self.body.to_empty(device="cpu")
        for layer in self.body[::2]:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    def forward(self, x):
        return self.body(x)
