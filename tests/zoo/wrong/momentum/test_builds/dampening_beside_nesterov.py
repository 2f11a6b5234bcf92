"""momentum is passed a second time, as dampening, beside nesterov."""

import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.SGD(parameters, lr, momentum, momentum, nesterov=True)
