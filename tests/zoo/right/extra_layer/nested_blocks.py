"""Blocks of a linear layer and its activation; made by functools.partial; default GELU."""
from functools import partial

from torch import nn


class Block(nn.Module):
    def __init__(self, n_in, n_out, act):
        super().__init__()
        self.linear = nn.Linear(n_in, n_out)
        self.act = act()

    def forward(self, x):
        return self.act(self.linear(x))


class MLP(nn.Module):
    def __init__(self, n_in, n_hidden, n_out, act=nn.ReLU):
        super().__init__()
        self.blocks = nn.Sequential(Block(n_in, n_hidden, act), Block(n_hidden, n_hidden, act))
        self.head = Block(n_hidden, n_out, nn.Identity)

    def forward(self, x):
        return self.head(self.blocks(x))


Net = partial(MLP, act=nn.GELU)
