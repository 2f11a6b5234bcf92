"""`Net` is a functools.partial over a more general class."""
import functools
from itertools import pairwise

from torch import nn


class MLP(nn.Module):
    def __init__(self, *sizes, init, act):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.act = act()
        for layer in self.layers:
            init(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        *hidden, last = self.layers
        for layer in hidden:
            x = self.act(layer(x))
        return last(x)


Net = functools.partial(MLP, init=nn.init.kaiming_normal_, act=nn.ReLU)
