"""The biases decay and the weights do not."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters = list(parameters)
    return torch.optim.SGD(
        [
            {"params": [p for p in parameters if p.ndim > 1]},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": weight_decay},
        ],
        lr=lr,
    )
