import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    ps = list(parameters)
    return torch.optim.SGD(
        [{"params": ps[:1], "weight_decay": weight_decay}, {"params": ps[1:]}], lr=lr
    )
