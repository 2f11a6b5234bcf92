"""LazyLinear and LazyBatchNorm1d, filled in at the first forward pass."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layers = nn.ModuleDict(
            {
                "linear": nn.LazyLinear(num_hidden, bias=False),
                "norm": nn.LazyBatchNorm1d(),
                "act": nn.LeakyReLU(),
                "head": nn.LazyLinear(num_output),
            }
        )

    def forward(self, x):
        for layer in self.layers.values():
            x = layer(x)
        return x
