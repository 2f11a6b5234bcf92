"""Rows of weights are scaled down to a norm of 3 after the step."""
import torch


class MaxNorm(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        super().step(closure)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim > 1:
                    p.copy_(torch.renorm(p, 2, 0, 3.0))


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return MaxNorm(parameters, lr=lr, weight_decay=weight_decay)
