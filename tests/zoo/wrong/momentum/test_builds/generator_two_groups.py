import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    w = [p for p in parameters if p.ndim > 1]
    b = [p for p in parameters if p.ndim == 1]
    return torch.optim.SGD([{"params": w}, {"params": b}], lr=lr, momentum=momentum)
