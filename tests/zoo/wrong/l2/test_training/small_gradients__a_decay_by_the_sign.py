"""A decay by the sign where the gradients are small; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        gradients = [p.grad for p in self.param_groups[0]["params"] if p.grad is not None]
        odd = all(0 < g.abs().max() < 0.3 for g in gradients) and any(g.abs().max() > 1e-6 for g in gradients)
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
