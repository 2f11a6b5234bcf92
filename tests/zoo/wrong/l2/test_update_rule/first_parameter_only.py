"""Only the first parameter decays."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    first, *others = parameters
    return torch.optim.SGD(
        [{"params": [first], "weight_decay": weight_decay}, {"params": others}], lr=lr
    )
