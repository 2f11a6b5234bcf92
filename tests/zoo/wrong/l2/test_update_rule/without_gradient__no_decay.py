"""A parameter whose gradients are all 0 is passed over: it should decay all the same."""
import torch


class SGD(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None or p.grad.abs().sum() == 0:
                    continue
                p.sub_(group["lr"] * (p.grad + group["weight_decay"] * p))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return SGD(parameters, lr, weight_decay)
