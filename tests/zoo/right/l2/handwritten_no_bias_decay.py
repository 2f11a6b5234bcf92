"""Handwritten; one-dimensional parameters are left undecayed."""
import torch


class L2(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, {})
        self.lr = lr
        self.weight_decay = weight_decay

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                gradient = p.grad.data
                if len(p.shape) > 1:
                    gradient = gradient + self.weight_decay * p.data
                p.data = p.data - self.lr * gradient


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
