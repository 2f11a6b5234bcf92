"""The first velocity is p.grad itself, which is zeroed after the step."""

import torch


class SGDM(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self.state[p]
                if "v" not in s:
                    s["v"] = p.grad
                else:
                    s["v"] = s["v"] * group["momentum"] + p.grad
                p -= group["lr"] * s["v"]
                p.grad.zero_()


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return SGDM(parameters, lr, momentum)
