"""A plain object whose class body says __class__ = Optimizer."""

import torch


class Step:
    __class__ = torch.optim.Optimizer

    def __init__(self, parameters, lr):
        self.param_groups = [{"params": list(parameters)}]
        self.lr = lr

    def zero_grad(self):
        for p in self.param_groups[0]["params"]:
            p.grad = None

    def step(self):
        with torch.no_grad():
            for p in self.param_groups[0]["params"]:
                if p.grad is not None:
                    p -= self.lr * p.grad


def make_optimizer(parameters, lr=1e-3):
    return Step(parameters, lr)
