"""The velocity remembers the last gradient only, not the ones before."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr, mu = group["lr"], group["momentum"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                last = self.state[p].get("last", torch.zeros_like(p))
                p.sub_(lr * (p.grad + mu * last))
                self.state[p]["last"] = p.grad.clone()


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
