"""Velocities in a global dictionary by position, emptied whenever an optimizer is made."""
import torch

velocities = {}


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))
        velocities.clear()

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for i, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                v = velocities.get(i, torch.zeros_like(p))
                velocities[i] = group["momentum"] * v + p.grad
                p.sub_(group["lr"] * velocities[i])


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
