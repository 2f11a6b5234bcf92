"""The library's Adam with its own defaults."""
from torch import optim


def make_optimizer(parameters, lr=0.001):
    return optim.Adam(parameters, lr)
