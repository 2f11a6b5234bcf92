import torch
from torch import nn


class M(torch.optim.SGD):
    def step(self, closure=None):
        for g in self.param_groups:
            nn.utils.clip_grad_value_(g["params"], 1.0)
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return M(parameters, lr=lr, momentum=momentum)
