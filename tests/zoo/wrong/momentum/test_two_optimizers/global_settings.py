"""lr and momentum are globals, so the optimizer made last decides for all."""
import torch

LR = MU = None


class Momentum(torch.optim.Optimizer):
    @torch.no_grad()
    def step(self):
        for p in self.param_groups[0]["params"]:
            if p.grad is None:
                continue
            v = self.state[p].setdefault("v", torch.zeros_like(p))
            v.mul_(MU).add_(p.grad)
            p.sub_(LR * v)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    global LR, MU
    LR, MU = lr, momentum
    return Momentum(parameters, {})
