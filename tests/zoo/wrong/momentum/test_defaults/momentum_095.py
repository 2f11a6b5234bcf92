"""The default momentum is 0.95."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.95):
    return torch.optim.SGD(parameters, lr=lr, momentum=momentum)
