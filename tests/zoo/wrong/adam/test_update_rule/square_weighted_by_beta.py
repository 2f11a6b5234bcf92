"""The new square has the weight β2."""

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
                st['t'] += 1
                t = st['t']
                g = p.grad
                st['m'].mul_(b1).add_(g, alpha=1 - b1)
                st['v'].mul_(b2).addcmul_(g, g, value=b2)
                mh = st['m'] / (1 - b1 ** t)
                vh = st['v'] / (1 - b2 ** t)
                p -= lr * mh / (vh.sqrt() + eps)


def make_optimizer(parameters, lr=1e-3):
    return Mine(parameters, lr)
