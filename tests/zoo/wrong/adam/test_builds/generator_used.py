import torch


def make_optimizer(parameters, lr=1e-3):
    print(sum(p.numel() for p in parameters))
    return torch.optim.Adam(parameters, lr=lr)
