"""The root of v is corrected, and not v."""

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
                t = state["t"] = state.get("t", 0) + 1
                m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * p.grad
                v = state["v"] = 0.999 * state.get("v", 0) + 0.001 * p.grad**2
                p -= group["lr"] * (m / (1 - 0.9**t)) / (v.sqrt() / (1 - 0.999**t) + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
