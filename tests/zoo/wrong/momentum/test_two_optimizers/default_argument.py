"""A mutable default argument holds every optimizer's velocities by position and shape."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum, velocities={}):
        super().__init__(params, dict(lr=lr, momentum=momentum))
        self.velocities = velocities
        for i, p in enumerate(self.param_groups[0]["params"]):
            self.velocities[i, p.shape] = torch.zeros_like(p)

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        for i, p in enumerate(group["params"]):
            if p.grad is not None:
                v = self.velocities[i, p.shape]
                v.mul_(group["momentum"]).add_(p.grad)
                p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
