"""Handwritten with one step counter for the whole optimizer and running powers of the betas."""
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))
        self.p1 = self.p2 = 1.0

    @torch.no_grad()
    def step(self):
        self.p1 *= 0.9
        self.p2 *= 0.999
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                st = self.state[p]
                if not st:
                    st["m"], st["v"] = torch.zeros_like(p), torch.zeros_like(p)
                st["m"] += 0.1 * (p.grad - st["m"])
                st["v"] += 0.001 * (p.grad.square() - st["v"])
                mhat, vhat = st["m"] / (1 - self.p1), st["v"] / (1 - self.p2)
                p -= group["lr"] * mhat / (vhat**0.5 + 1e-8)


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
