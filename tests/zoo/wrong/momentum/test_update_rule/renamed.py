import torch


def make_optimizer(parameters, lr=0.01, mu=0.9):
    return torch.optim.SGD(parameters, lr=lr, momentum=mu)
