"""Defines the function within a class."""

import torch

class L2:
    def make_optimizer(self, parameters, lr=0.01, weight_decay=1e-4):
        return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
