"""lr and weight_decay are globals, so the optimizer made last decides for all."""
import torch

settings = {}


class L2(torch.optim.Optimizer):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p -= settings["lr"] * (p.grad + settings["weight_decay"] * p)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    settings.update(lr=lr, weight_decay=weight_decay)
    return L2(parameters, {})
