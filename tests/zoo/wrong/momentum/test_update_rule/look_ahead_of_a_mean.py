"""A running mean of gradients, and a look-ahead, as in NAdam."""
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
                state = self.state[p]
                v = mu * state.get("v", 0) + (1 - mu) * p.grad
                state["v"] = v
                p.sub_(lr * (mu * v + (1 - mu) * p.grad))


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
