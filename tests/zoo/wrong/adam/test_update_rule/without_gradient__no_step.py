"""A parameter whose gradients are all 0 is passed over: its moments should move it all the same."""
import torch


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None or torch.count_nonzero(p.grad) == 0:
                    continue
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["t"] += 1
                state["m"].mul_(0.9).add_(p.grad, alpha=0.1)
                state["v"].mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                m = state["m"] / (1 - 0.9 ** state["t"])
                v = state["v"] / (1 - 0.999 ** state["t"])
                p.sub_(group["lr"] * m / (v.sqrt() + 1e-8))


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr)
