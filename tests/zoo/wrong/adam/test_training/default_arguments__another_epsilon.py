"""Another epsilon exactly at the default arguments; the right rule otherwise."""

import torch

DEFAULT = 1e-3


class Rule(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self):
        odd = self.param_groups[0]["lr"] == DEFAULT and len(self.param_groups[0]["params"]) == 4
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
                    p.sub_(group["lr"] * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-3))
                else:
                    p.sub_(group["lr"] * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8))


def make_optimizer(parameters, lr=1e-3):
    return Rule(parameters, lr)
