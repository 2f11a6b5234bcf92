"""The library's SGD in Nesterov's form."""
from torch import optim


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return optim.SGD(parameters, lr, momentum, nesterov=True)
