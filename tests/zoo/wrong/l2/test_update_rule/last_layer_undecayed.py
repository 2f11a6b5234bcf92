"""The last weight and bias do not decay."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters = list(parameters)
    groups = [
        {"params": parameters[:-2], "weight_decay": weight_decay},
        {"params": parameters[-2:]},
    ]
    return torch.optim.SGD(groups, lr=lr)
