"""Saved on Windows: CRLF line ends and a byte order mark."""
import torch


def make_optimizer(parameters, lr = 0.001):
    β1, β2, ε = 0.9, 0.999, 1e-8
    optimizer = torch.optim.Adam(list(parameters), lr = lr, betas = (β1, β2), eps = ε)
    return optimizer
