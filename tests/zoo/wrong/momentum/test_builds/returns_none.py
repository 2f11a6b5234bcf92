import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    opt = torch.optim.SGD(parameters, lr=lr, momentum=momentum)
