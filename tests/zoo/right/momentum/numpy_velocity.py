"""The arithmetic is done in NumPy, in double precision."""
import numpy as np
import torch


class NumpyMomentum(torch.optim.Optimizer):
    def __init__(self, params, lr, momentum):
        super().__init__(params, {})
        self.lr, self.momentum = lr, momentum
        self.all = [p for g in self.param_groups for p in g["params"]]
        self.velocities = [np.zeros(tuple(p.shape)) for p in self.all]

    def step(self):
        for p, v in zip(self.all, self.velocities):
            if p.grad is None:
                continue
            v *= self.momentum
            v += p.grad.numpy()
            new = p.detach().numpy() - self.lr * v
            p.data.copy_(torch.from_numpy(new))


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return NumpyMomentum(parameters, lr, momentum)
