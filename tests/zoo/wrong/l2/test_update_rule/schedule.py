import torch


class S(torch.optim.SGD):
    def step(self, closure=None):
        super().step(closure)
        for g in self.param_groups:
            g["lr"] *= 0.9


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return S(parameters, lr=lr, weight_decay=weight_decay)
