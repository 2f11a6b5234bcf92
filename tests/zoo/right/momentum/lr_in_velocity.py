"""Sutskever's form: the velocity already holds the learning rate."""
import torch


class SGDMomentum(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        defaults = {"lr": lr, "momentum": momentum}
        super().__init__(parameters, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["v"] = torch.zeros_like(p.data)

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    v = self.state[p]["v"]
                    v.data = group["momentum"] * v.data - group["lr"] * p.grad.data
                    p.data += v.data


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return SGDMomentum(parameters, lr, momentum)
