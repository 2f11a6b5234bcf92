"""Asks the parameters for their names, as if they were the network."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    weights = [p for name, p in parameters.named_parameters() if "bias" not in name]
    return torch.optim.SGD(weights, lr=lr, weight_decay=weight_decay)
