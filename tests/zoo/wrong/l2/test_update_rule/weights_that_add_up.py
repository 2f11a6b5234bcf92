"""Gradient and decay are weighted against each other."""

import torch


class Decay(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                p -= (
                    g["lr"] * (1 - g["weight_decay"]) * p.grad + 3 * g["lr"] * g["weight_decay"] * p
                )


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Decay(parameters, lr, weight_decay)
