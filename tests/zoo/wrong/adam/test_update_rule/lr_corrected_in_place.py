"""The corrected step size is stored as lr, and corrected again in the next step."""
import math

import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))
        self.t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            group["lr"] *= math.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self.state[p]
                if not s:
                    s.update(m=torch.zeros_like(p), v=torch.zeros_like(p))
                s["m"] = 0.9 * s["m"] + 0.1 * p.grad
                s["v"] = 0.999 * s["v"] + 0.001 * p.grad**2
                p -= group["lr"] * s["m"] / (s["v"].sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
