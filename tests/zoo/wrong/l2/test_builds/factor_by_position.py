"""Passes add's factor by position."""

from collections.abc import Iterable

import torch
from torch import nn


class SGDWithDecay(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad.add(p, group['weight_decay'])
                p.add_(g, -group['lr'])


def make_optimizer(parameters: Iterable[nn.Parameter], lr: float = 0.01, weight_decay: float = 1e-4) -> torch.optim.Optimizer:
    return SGDWithDecay(parameters, lr, weight_decay)
