"""Computes the new velocity but never stores it."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, mu = group["lr"], group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].get("v", torch.zeros_like(p))
                v = mu * v + p.grad
                p.sub_(lr * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
