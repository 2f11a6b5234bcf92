"""Sets p.grad to the decay where it is missing, and so steps on it."""
import torch


class L2(torch.optim.SGD):
    def __init__(self, params, lr, weight_decay):
        super().__init__(params, lr=lr)
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                decay = self.weight_decay * p
                p.grad = decay if p.grad is None else p.grad + decay
        super().step()


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
