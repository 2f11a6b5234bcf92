"""The first average weights the gradient with beta_1."""
import torch


class Own(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if not state:
                    state["m"], state["v"], state["t"] = torch.zeros_like(p), torch.zeros_like(p), 0
                state["t"] += 1
                m = state["m"] = 0.1 * state["m"] + 0.9 * p.grad
                v = state["v"] = 0.999 * state["v"] + 0.001 * p.grad**2
                m_hat = m / (1 - 0.9 ** state["t"])
                v_hat = v / (1 - 0.999 ** state["t"])
                p -= group["lr"] * m_hat / (v_hat.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Own(parameters, lr)
