"""A metaclass that answers __mro__ and __class__ with an optimizer's."""

import torch


class Meta(type):
    @property
    def __mro__(cls):
        return torch.optim.SGD.__mro__

    def mro(cls):
        return [cls, object]


class Posing(metaclass=Meta):
    __class__ = torch.optim.SGD

    def __init__(self, parameters, lr, momentum):
        self.inner = torch.optim.SGD(parameters, lr=lr, momentum=momentum)
        self.param_groups = self.inner.param_groups
        self.zero_grad, self.step = self.inner.zero_grad, self.inner.step


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Posing(parameters, lr, momentum)
