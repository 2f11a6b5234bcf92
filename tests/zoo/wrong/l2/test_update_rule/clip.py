import torch
from torch import nn


class S(torch.optim.SGD):
    def step(self, closure=None):
        for g in self.param_groups:
            nn.utils.clip_grad_norm_(g["params"], max_norm=1)
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return S(parameters, lr=lr, weight_decay=weight_decay)
