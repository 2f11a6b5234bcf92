"""A forward pre-hook on the output layer applies ReLU; `Net` is a functools.partial."""
from functools import partial

import torch
from torch import nn


class TwoLayers(nn.Module):
    def __init__(self, n_in, n_mid, n_out, *, act):
        super().__init__()
        self.one = nn.Linear(n_in, n_mid)
        self.two = nn.Linear(n_mid, n_out)
        self.two.register_forward_pre_hook(lambda module, args: (act(args[0]),))

    def forward(self, x):
        return self.two(self.one(x))


Net = partial(TwoLayers, act=partial(torch.clamp_min, min=0.0))
