"""A parameter whose gradients are all 0 is passed over: its velocity should move it all the same."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None or not p.grad.any():
                    continue
                v = self.state[p].setdefault("v", torch.zeros_like(p))
                v.mul_(group["momentum"]).add_(p.grad)
                p.sub_(group["lr"] * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
