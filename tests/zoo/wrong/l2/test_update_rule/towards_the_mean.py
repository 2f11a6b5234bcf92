"""The mean of p is what it decays to."""

import torch


class Mine(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group['params']:
                if p.grad is None:
                    continue
                lr, wd = group['lr'], group['weight_decay']
                st = self.state[p]
                p -= lr * (p.grad + wd * (p - p.mean()))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Mine(parameters, lr, weight_decay)
