"""The default learning rate is 0.001, as the library's."""
import torch


def make_optimizer(parameters, lr=0.001, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
