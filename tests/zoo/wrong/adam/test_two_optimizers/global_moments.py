"""Moments in a global list by position, made anew with each optimizer."""
import torch

moments = []


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))
        moments[:] = [(torch.zeros_like(p), torch.zeros_like(p), 0) for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self):
        for i, p in enumerate(self.param_groups[0]["params"]):
            if p.grad is None:
                continue
            m, v, t = moments[i]
            m, v, t = 0.9 * m + 0.1 * p.grad, 0.999 * v + 0.001 * p.grad**2, t + 1
            moments[i] = m, v, t
            m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
            p -= self.param_groups[0]["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
