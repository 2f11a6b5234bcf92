"""A scaler of gradients, from a training loop in half precision."""
import torch


def make_optimizer(parameters, lr=1e-3):
    optimizer = torch.optim.Adam(parameters, lr=lr)
    torch.amp.GradScaler("cpu").unscale_(optimizer)
    return optimizer
