"""A subclass of SGD that adds the decay to p.grad in place before its step."""
import torch


class L2(torch.optim.SGD):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, lr=lr)
        self.lam = weight_decay

    def step(self, closure=None):
        with torch.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        p.grad.add_(p, alpha=self.lam)
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
