"""An optimizer that gives the parameters other types, shapes and memory."""

import torch


class Odd(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            for i, parameter in enumerate(group["params"]):
                if i % 2:
                    parameter.data = torch.full((2**20, 0), torch.nan)
                else:
                    parameter.data = parameter.data.to(torch.float64)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Odd(parameters, lr=lr)
