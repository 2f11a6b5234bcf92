"""The baseline's SGD with momentum."""
import torch


def make_optimizer(parameters, lr=1e-3):
    return torch.optim.SGD(parameters, lr=lr, momentum=0.9)
