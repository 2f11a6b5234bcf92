"""Handwritten with the foreach operations and lerp."""
import torch


class ForeachAdam(torch.optim.Optimizer):
    BETA1, BETA2, EPS = 0.9, 0.999, 1e-8

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            ps = [p for p in group["params"] if p.grad is not None]
            for p in ps:
                if p not in self.state:
                    self.state[p] = {"t": 0, "m": torch.zeros_like(p), "v": torch.zeros_like(p)}
                self.state[p]["t"] += 1
            if not ps:
                continue
            gs = [p.grad for p in ps]
            ms = [self.state[p]["m"] for p in ps]
            vs = [self.state[p]["v"] for p in ps]
            torch._foreach_lerp_(ms, gs, 1 - self.BETA1)
            torch._foreach_lerp_(vs, torch._foreach_mul(gs, gs), 1 - self.BETA2)
            for p, m, v in zip(ps, ms, vs):
                t = self.state[p]["t"]
                denominator = (v / (1 - self.BETA2**t)).sqrt() + self.EPS
                p.sub_(group["lr"] / (1 - self.BETA1**t) * m / denominator)


def make_optimizer(parameters, lr=1e-3):
    return ForeachAdam(parameters, lr)
