"""1 - beta * t in place of 1 - beta ** t, and its absolute value under the root."""

import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                s = self.state[p]
                t = s["t"] = s.get("t", 0) + 1
                m = s["m"] = 0.9 * s.get("m", 0) + 0.1 * p.grad
                v = s["v"] = 0.999 * s.get("v", 0) + 0.001 * p.grad**2
                m_hat, v_hat = m / (1 - 0.9 * t), v / abs(1 - 0.999 * t)
                p -= group["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
