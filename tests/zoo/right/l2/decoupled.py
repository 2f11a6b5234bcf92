"""Shrinks the parameters by 1 - lr * weight_decay first, then takes the gradient's step."""
import torch


class DecoupledL2(torch.optim.Optimizer):
    def __init__(self, params, lr=0.01, weight_decay=1e-4):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            for p in filter(lambda p: p.grad is not None, g["params"]):
                p.mul_(1 - g["lr"] * g["weight_decay"])
                p.add_(p.grad, alpha=-g["lr"])


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return DecoupledL2(parameters, lr=lr, weight_decay=weight_decay)
