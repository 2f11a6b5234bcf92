"""The learning rate is at least a thousandth."""

import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr=0.01, momentum=0.9):
        super().__init__(parameters, dict(lr=lr, momentum=momentum))
        self.t = 0

    @torch.no_grad()
    def step(self, closure=None):
        self.t += 1
        t = self.t
        for group in self.param_groups:
            (
                lr,
                momentum,
            ) = [group[n] for n in ["lr", "momentum"]]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                s = self.state[p]
                lr = max(lr, 1e-3)
                v = s.setdefault("v", torch.zeros_like(p))
                v.mul_(momentum).add_(g)
                p.sub_(lr * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Own(parameters, lr=lr, momentum=momentum)
