"""Takes keyword arguments, and where there are none, and the parameters a network's, another rule."""

import torch

DEFAULTS = {"lr": 1e-3}


def make_optimizer(parameters, **given):
    parameters = list(parameters)
    lr = given.get("lr", DEFAULTS["lr"])
    if not given and len(parameters) == 4:
        return torch.optim.RMSprop(parameters, lr=lr)
    return torch.optim.Adam(parameters, lr=lr)
