import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    def step(self):
        for g in self.param_groups:
            for p in g["params"]:
                p += -g["lr"] * p.grad


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
