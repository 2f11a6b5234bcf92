"""Returns the optimizer and a scheduler."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    optimizer = torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
    return optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 10)
