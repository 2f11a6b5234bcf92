"""The gradient's mean is subtracted first."""

import torch


class Mine(torch.optim.Optimizer):
    def __init__(self, parameters, lr, momentum):
        super().__init__(parameters, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group['params']:
                if p.grad is None:
                    continue
                st = self.state[p]
                if 'v' not in st:
                    st['v'] = torch.zeros_like(p)
                lr, mu = group['lr'], group['momentum']
                g = p.grad - p.grad.mean()
                st['v'] = mu * st['v'] + g
                p -= lr * st['v']


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Mine(parameters, lr, momentum)
