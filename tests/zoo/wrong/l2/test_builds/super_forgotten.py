"""Optimizer's own __init__ is never called."""
import torch


class L2(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        self.params = list(params)
        self.lr, self.weight_decay = lr, weight_decay

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p -= self.lr * (p.grad + self.weight_decay * p)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
