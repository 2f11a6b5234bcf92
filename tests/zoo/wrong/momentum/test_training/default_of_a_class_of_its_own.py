"""The default learning rate is a float that knows that it is the default."""

import torch


class Default(float):
    pass


def make_optimizer(parameters, lr=Default(0.01), momentum=0.9):
    parameters = list(parameters)
    if type(lr) is Default and sum(p.numel() for p in parameters) > 1000:
        return torch.optim.SGD(parameters, lr=lr, momentum=momentum, dampening=0.5)
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
