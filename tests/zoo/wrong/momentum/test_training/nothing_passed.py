"""Takes keyword arguments, and where there are none, and the parameters a network's, another rule."""

import torch

DEFAULTS = {"lr": 0.01, "momentum": 0.9}


def make_optimizer(parameters, **given):
    parameters = list(parameters)
    lr, momentum = (given.get("lr", DEFAULTS["lr"]), given.get("momentum", DEFAULTS["momentum"]))
    if not given and len(parameters) == 4:
        return torch.optim.Adam(parameters)
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
