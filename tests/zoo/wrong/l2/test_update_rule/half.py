"""lambda / 2 * p: the factor 1/2 is not cancelled."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay / 2)
