"""The new moments are never stored."""
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
                if not s:
                    s.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                b1, b2 = 0.9, 0.999
                s["t"] += 1
                m = b1 * s["m"] + (1 - b1) * p.grad
                v = b2 * s["v"] + (1 - b2) * p.grad**2
                m_hat = m / (1 - b1**s["t"])
                v_hat = v / (1 - b2**s["t"])
                p -= group["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
