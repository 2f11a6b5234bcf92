"""lr scales the gradient, and not the velocity that is added to it."""

import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                p -= group["lr"] * p.grad + group["momentum"] * v
                v.mul_(group["momentum"]).add_(p.grad)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
