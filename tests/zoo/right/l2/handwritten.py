"""An Optimizer subclass, the formula as it stands."""
import torch


class SGDWithL2(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                p -= group["lr"] * (p.grad + group["weight_decay"] * p)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return SGDWithL2(parameters, lr, weight_decay)
