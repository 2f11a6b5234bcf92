"""Both moments add up, without 1 - β."""

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
                st['t'] += 1
                t = st['t']
                g = p.grad
                st['m'] = 0.9 * st['m'] + g
                st['v'] = 0.999 * st['v'] + g * g
                mh = st['m'] / (1 - 0.9 ** t)
                vh = st['v'] / (1 - 0.999 ** t)
                p -= group['lr'] * mh / (vh.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Mine(parameters, lr)
