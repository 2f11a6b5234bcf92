"""Makes the moments first: a generator of parameters is empty by then."""
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        self.m = {p: torch.zeros_like(p) for p in params}
        self.v = {p: torch.zeros_like(p) for p in params}
        self.t = 0
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self):
        self.t += 1
        for p in self.m:
            if p.grad is None:
                continue
            self.m[p] = 0.9 * self.m[p] + 0.1 * p.grad
            self.v[p] = 0.999 * self.v[p] + 0.001 * p.grad**2
            m_hat = self.m[p] / (1 - 0.9**self.t)
            v_hat = self.v[p] / (1 - 0.999**self.t)
            p -= self.param_groups[0]["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
