"""t is a global, set back whenever an optimizer is made."""
import torch

t = 0


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))
        global t
        t = 0

    @torch.no_grad()
    def step(self):
        global t
        t += 1
        for p in self.param_groups[0]["params"]:
            if p.grad is None:
                continue
            s = self.state[p]
            if not s:
                s["m"], s["v"] = torch.zeros_like(p), torch.zeros_like(p)
            s["m"] = 0.9 * s["m"] + 0.1 * p.grad
            s["v"] = 0.999 * s["v"] + 0.001 * p.grad**2
            m_hat = s["m"] / (1 - 0.9 ** t)
            v_hat = s["v"] / (1 - 0.999 ** t)
            p -= self.param_groups[0]["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
