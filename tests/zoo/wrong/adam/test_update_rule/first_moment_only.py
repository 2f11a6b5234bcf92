"""There is a first moment of another weight, and no second one."""

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
                m = s["m"] = 0.8 * s.get("m", 0) + 0.2 * p.grad
                p.sub_(group["lr"] * m)


def make_optimizer(parameters, lr=1e-3):
    return MyAdam(parameters, lr)
