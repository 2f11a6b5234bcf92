"""Every fourth row of a wide weight is moved half as far as the others."""
import torch


class Momentum(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        parameters = self.param_groups[0]["params"]
        before = [p.clone() for p in parameters]
        super().step(closure)
        for p, old in zip(parameters, before):
            if p.dim() == 2 and len(p) == 512:
                p[::4] -= 0.5 * (p - old)[::4]


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(list(parameters), lr=lr, momentum=momentum)
