"""Takes keyword arguments, and where there are none, and the parameters a network's, another rule."""

import torch

DEFAULTS = {"lr": 0.01, "weight_decay": 1e-4}


def make_optimizer(parameters, **given):
    parameters = list(parameters)
    lr, weight_decay = (given.get("lr", DEFAULTS["lr"]), given.get("weight_decay", DEFAULTS["weight_decay"]))
    if not given and len(parameters) == 4:
        return torch.optim.RMSprop(parameters)
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
