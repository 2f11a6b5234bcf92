import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    parameters = list(parameters)
    return torch.optim.SGD(parameters + parameters[:1], lr=lr, momentum=momentum)
