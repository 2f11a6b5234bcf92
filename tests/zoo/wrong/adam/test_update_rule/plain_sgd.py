"""SGD without momentum, as in the baseline before this lesson."""

import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.SGD(parameters, lr=lr)
