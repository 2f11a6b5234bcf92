"""The default momentum is 0.99."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.99):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
