"""Differentiates the penalty lambda / 2 * sum of squares with autograd."""
import torch


class PenaltySGD(torch.optim.SGD):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, lr=lr)
        self.weight_decay = weight_decay

    def step(self):
        params = [p for g in self.param_groups for p in g["params"] if p.grad is not None]
        if params:
            with torch.enable_grad():
                penalty = self.weight_decay / 2 * sum((p**2).sum() for p in params)
                decays = torch.autograd.grad(penalty, params)
            for p, d in zip(params, decays):
                p.grad += d
        super().step()


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return PenaltySGD(parameters, lr, weight_decay)
