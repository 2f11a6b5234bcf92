"""Takes the parameters for one tensor."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters.data.mul_(1 - lr * weight_decay)
    return torch.optim.SGD(parameters, lr=lr)
