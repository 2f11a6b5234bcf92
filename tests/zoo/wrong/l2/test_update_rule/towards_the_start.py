"""Pulls towards the values that p started from, not towards zero."""
import torch


class L2(torch.optim.Optimizer):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, lam = group["lr"], group["weight_decay"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self.state[p].setdefault("start", p.clone())
                p -= lr * (p.grad + lam * (p - s))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
