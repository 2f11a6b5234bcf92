"""The arithmetic is done in NumPy, in double precision."""
import numpy as np
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                m, v, t = self.state[p].get("mvt", (0.0, 0.0, 0))
                g = p.grad.numpy().astype(np.float64)
                m, v, t = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g, t + 1
                self.state[p]["mvt"] = m, v, t
                step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
                with torch.no_grad():
                    p -= torch.tensor(group["lr"] * step, dtype=p.dtype)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
