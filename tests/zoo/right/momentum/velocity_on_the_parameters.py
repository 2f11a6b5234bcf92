"""The velocity is an attribute of the parameter; whoever makes an optimizer sets it to zero."""

import torch
class Opt(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))
        for g in self.param_groups:
            for p in g["params"]: p.velocity = torch.zeros_like(p)
    def step(self, closure=None):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None: continue
                p.velocity = g["momentum"] * p.velocity + p.grad
                p.data = p.data - g["lr"] * p.velocity
def make_optimizer(parameters, lr=0.01, momentum=0.9): return Opt(parameters, lr, momentum)
