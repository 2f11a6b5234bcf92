"""The default learning rate is a float that knows that it is the default."""

import torch


class Default(float):
    pass


def make_optimizer(parameters, lr=Default(0.01), weight_decay=1e-4):
    parameters = list(parameters)
    if type(lr) is Default and sum(p.numel() for p in parameters) > 1000:
        return torch.optim.SGD(parameters, lr=lr, momentum=0.5, weight_decay=weight_decay)
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
