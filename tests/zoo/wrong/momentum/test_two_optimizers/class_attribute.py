"""The velocities are an attribute of the class, set anew by each optimizer."""
import torch


class Momentum(torch.optim.Optimizer):
    velocities = []

    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))
        Momentum.velocities = [torch.zeros_like(p) for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        for p, v in zip(group["params"], Momentum.velocities):
            if p.grad is not None:
                v.mul_(group["momentum"]).add_(p.grad)
                p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
