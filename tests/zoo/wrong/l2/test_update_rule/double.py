"""2 * lambda * p: the penalty without its factor 1/2."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=2 * weight_decay)
