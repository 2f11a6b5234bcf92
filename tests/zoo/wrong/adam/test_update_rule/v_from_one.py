"""v starts at 1."""

import torch


class Mine(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group['params']:
                if p.grad is None:
                    continue
                st = self.state[p]
                if not st:
                    st['t'] = 0
                    st['m'] = torch.zeros_like(p)
                    st['v'] = torch.zeros_like(p)
                lr, b1, b2, eps = group['lr'], 0.9, 0.999, 1e-8
                if st['t'] == 0:
                    st['v'] = torch.ones_like(p)
                st['t'] += 1
                t = st['t']
                g = p.grad
                st['m'] = b1 * st['m'] + (1 - b1) * g
                st['v'] = b2 * st['v'] + (1 - b2) * g * g
                mh = st['m'] / (1 - b1 ** t)
                vh = st['v'] / (1 - b2 ** t)
                p -= lr * mh / (vh.sqrt() + eps)


def make_optimizer(parameters, lr=1e-3):
    return Mine(parameters, lr)
