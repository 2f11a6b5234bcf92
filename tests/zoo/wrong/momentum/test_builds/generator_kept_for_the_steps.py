"""Keeps the generator of parameters, which the base class has gone through, to step over them."""

import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))
        self.params = params

    @torch.no_grad()
    def step(self, closure=None):
        (group,) = self.param_groups
        for p in self.params:
            if p.grad is not None:
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["momentum"]).add_(p.grad)
                p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
