import torch


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    ps = list(parameters)
    return torch.optim.SGD(
        [
            {"params": [p for p in ps if p.ndim > 1]},
            {"params": [p for p in ps if p.ndim <= 1], "lr": 2 * lr},
        ],
        lr=lr,
        momentum=momentum,
    )
