"""RMSprop's momentum: the gradients are normalised."""
import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return torch.optim.RMSprop(parameters, lr=lr, momentum=momentum)
