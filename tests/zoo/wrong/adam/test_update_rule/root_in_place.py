"""The root is taken in place, and so of the average that is kept."""

import math

import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["t"] = 0
                    state["m"] = torch.zeros_like(p)
                    state["v"] = torch.zeros_like(p)
                state["t"] += 1
                state["m"].mul_(0.9).add_(p.grad, alpha=0.1)
                state["v"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                divisor = state["v"].sqrt_().div_(math.sqrt(1 - 0.999 ** state["t"])).add_(1e-8)
                p.addcdiv_(state["m"], divisor, value=-group["lr"] / (1 - 0.9 ** state["t"]))


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
