"""Runs through the parameters twice, which a generator allows only once."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, {})
        self.lr, self.momentum = lr, momentum
        self.velocity = {p: torch.zeros_like(p) for p in params}

    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                self.velocity[p].mul_(self.momentum).add_(p.grad)
                p.sub_(self.lr * self.velocity[p])


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
