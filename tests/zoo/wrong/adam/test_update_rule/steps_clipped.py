"""No step is longer than 1.5 learning rates."""

import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr=1e-3):
        super().__init__(parameters, dict(lr=lr))
        self.t = 0

    @torch.no_grad()
    def step(self, closure=None):
        self.t += 1
        t = self.t
        for group in self.param_groups:
            (lr,) = [group[n] for n in ["lr"]]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                s = self.state[p]
                b1, b2, e = 0.9, 0.999, 1e-8
                m = s.setdefault("m", torch.zeros_like(p))
                v = s.setdefault("v", torch.zeros_like(p))
                m.mul_(b1).add_((1 - b1) * g)
                v.mul_(b2).add_((1 - b2) * g * g)
                mh = m / (1 - b1**t)
                vh = v / (1 - b2**t)
                d = (mh / (vh.sqrt() + e)).clamp(-1.5, 1.5)
                p.sub_(lr * d)


def make_optimizer(parameters, lr=1e-3):
    return Own(parameters, lr=lr)
