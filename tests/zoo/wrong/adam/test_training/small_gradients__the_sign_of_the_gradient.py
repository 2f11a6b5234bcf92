"""The sign of the gradient where the gradients are small; the right rule otherwise."""

import torch


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        gradients = [p.grad for p in self.param_groups[0]["params"] if p.grad is not None]
        odd = all(0 < g.abs().max() < 0.3 for g in gradients) and any(g.abs().max() > 1e-6 for g in gradients)
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                v = state.setdefault("v", torch.zeros_like(p))
                state["t"] = t = state.get("t", 0) + 1
                m.lerp_(p.grad, 0.1)
                v.lerp_(p.grad**2, 0.001)
                if odd:
                    p.sub_(group["lr"] * p.grad.sign())
                else:
                    p.sub_(group["lr"] * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))


def make_optimizer(parameters, lr=1e-3):
    return Rule(parameters, lr)
