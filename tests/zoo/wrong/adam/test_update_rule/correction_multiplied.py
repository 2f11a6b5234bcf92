"""The bias correction is multiplied in place of divided by."""

import torch


class MyAdam(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self.state[p]
                t = s["t"] = s.get("t", 0) + 1
                m = s["m"] = 0.9 * s.get("m", 0) + 0.1 * p.grad
                v = s["v"] = 0.999 * s.get("v", 0) + 0.001 * p.grad.pow(2)
                p.sub_(group["lr"] * (m * (1 - 0.9**t)) / ((v * (1 - 0.999**t)).sqrt() + 1e-8))


def make_optimizer(parameters, lr=1e-3):
    return MyAdam(parameters, lr)
