"""Gradients below a millionth count as 0."""

import torch


class Opt(torch.optim.Optimizer):
    def __init__(self, parameters, **defaults):
        super().__init__(parameters, defaults)

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.move(p, p.grad, self.state[p], **{k: group[k] for k in self.defaults})

    def move(self, p, g, state, lr, momentum):
        g = g * (g.abs() > 1e-6)
        v = state["v"] = momentum * state["v"] + g if "v" in state else g.clone()
        p -= lr * v


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Opt(parameters, lr=lr, momentum=momentum)
