"""The weights of v, 0.99 and 0.001, do not add up to 1."""
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            lr = group["lr"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = p.grad
                s = self.state[p]
                if not s:
                    s.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                s["t"] = t = s["t"] + 1
                s["m"] = m = 0.9 * s["m"] + 0.1 * g
                s["v"] = v = 0.99 * s["v"] + 0.001 * g * g
                m_hat = m / (1 - 0.9**t)
                v_hat = v / (1 - 0.999**t)
                p -= lr * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
