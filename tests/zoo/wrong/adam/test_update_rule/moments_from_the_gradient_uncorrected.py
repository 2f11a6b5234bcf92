"""The moments start from the first gradient, in place of a correction."""
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
                    state["m"], state["v"], state["t"] = p.grad.clone(), p.grad**2, 0
                state["t"] += 1
                m = state["m"] = 0.9 * state["m"] + 0.1 * p.grad
                v = state["v"] = 0.999 * state["v"] + 0.001 * p.grad**2
                p -= group["lr"] * m / (v.sqrt() + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Own(parameters, lr)
