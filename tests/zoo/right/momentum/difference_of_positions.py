"""The heavy ball by positions: p' = p - lr·g + μ·(p - p_before). Rounding shows more than in v."""

import torch


class HeavyBall(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                here = p.clone()
                before = state.get("before", here)
                p.copy_(here - group["lr"] * p.grad + group["momentum"] * (here - before))
                state["before"] = here


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return HeavyBall(parameters, lr, momentum)
