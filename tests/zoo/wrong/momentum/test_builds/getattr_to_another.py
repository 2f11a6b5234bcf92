"""Everything, __class__ included, is looked up in an optimizer that it keeps."""

import torch


class Proxy:
    def __init__(self, inner):
        object.__setattr__(self, "inner", inner)

    def __getattribute__(self, name):
        return getattr(object.__getattribute__(self, "inner"), name)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Proxy(torch.optim.SGD(parameters, lr=lr, momentum=momentum))
