"""The decay takes the gradient's place."""
import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                p.grad = group["weight_decay"] * p
                p -= group["lr"] * p.grad


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Own(parameters, lr, weight_decay)
