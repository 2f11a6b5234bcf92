"""A decay of the square for more than 10,000 entries; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        size = sum(p.numel() for group in self.param_groups for p in group["params"])
        odd = size > 10_000
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                decay = group["weight_decay"]
                if odd:
                    p.sub_(group["lr"] * (p.grad + decay * p**2))
                else:
                    p.sub_(group["lr"] * (p.grad + decay * p))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Rule(parameters, lr, weight_decay)
