"""A running mean by lerp, with the factor 1 - mu made good in the step: equal to the classical form."""
import torch


class MeanMomentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            mu = group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                mean = self.state[p].setdefault("mean", torch.zeros_like(p))
                mean.lerp_(p.grad, 1 - mu)
                p.add_(mean, alpha=-group["lr"] / (1 - mu))


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return MeanMomentum(parameters, lr, momentum)
