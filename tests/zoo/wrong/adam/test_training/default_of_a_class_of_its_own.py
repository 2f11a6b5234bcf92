"""The default learning rate is a float that knows that it is the default."""

import torch


class Default(float):
    pass


def make_optimizer(parameters, lr=Default(1e-3)):
    parameters = list(parameters)
    if type(lr) is Default and sum(p.numel() for p in parameters) > 1000:
        return torch.optim.Adam(parameters, lr=lr, amsgrad=True, betas=(0.8, 0.999))
    return torch.optim.Adam(parameters, lr=lr)
