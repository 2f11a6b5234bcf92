import torch


def make_optimizer(parameters, momentum=0.9, lr=0.01):
    return torch.optim.SGD(parameters, momentum, lr)
