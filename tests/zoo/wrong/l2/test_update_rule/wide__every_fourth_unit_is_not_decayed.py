"""Every fourth row of a wide weight is not decayed."""
import torch


class L2(torch.optim.Optimizer):
    def __init__(self, parameters, lr, weight_decay):
        super().__init__(list(parameters), {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                decay = torch.full_like(p, group["weight_decay"])
                if p.dim() == 2 and len(p) == 512:
                    decay[::4] = 0
                p -= group["lr"] * (p.grad + decay * p)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
