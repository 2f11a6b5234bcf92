import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    def update(self):
        pass


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
