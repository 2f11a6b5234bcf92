import torch


class M(torch.optim.Optimizer):
    def __init__(self, params, lr, mu):
        self.params = list(params)
        self.lr = lr

    def step(self):
        for p in self.params:
            p.data -= self.lr * p.grad


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return M(parameters, lr, momentum)
