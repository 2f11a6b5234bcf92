"""A parameter whose gradient is 0 everywhere is left out, and with it what its velocity still moves."""
import torch


class Momentum(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None or not p.grad.any():
                    continue
                state = self.state[p]
                v = state.get("v", torch.zeros_like(p))
                state["v"] = v = group["momentum"] * v + p.grad
                p -= group["lr"] * v


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr, momentum)
