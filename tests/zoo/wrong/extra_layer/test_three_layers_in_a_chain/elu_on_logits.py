"""The nonlinearity follows every layer, the output layer included."""
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(num_features, num_hidden),
                nn.Linear(num_hidden, num_hidden),
                nn.Linear(num_hidden, num_output),
            ]
        )

    def forward(self, x):
        for layer in self.layers:
            x = F.elu(layer(x))
        return x
