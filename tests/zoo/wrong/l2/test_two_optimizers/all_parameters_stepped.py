"""A global list of parameters: every optimizer decays those of the ones made before, too."""
import torch

decayed = []


class L2(torch.optim.SGD):
    def __init__(self, params, lr, weight_decay):
        params = list(params)
        super().__init__(params, lr=lr)
        decayed.extend((p, lr * weight_decay) for p in params)

    @torch.no_grad()
    def step(self):
        for p, rate in decayed:
            if p.grad is not None:
                p *= 1 - rate
        super().step()


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return L2(parameters, lr, weight_decay)
