"""Everything, __class__ included, is looked up in an optimizer that it keeps."""

import torch


class Proxy:
    def __init__(self, inner):
        object.__setattr__(self, "inner", inner)

    def __getattribute__(self, name):
        return getattr(object.__getattribute__(self, "inner"), name)


def make_optimizer(parameters, lr=1e-3):
    return Proxy(torch.optim.Adam(parameters, lr=lr))
