"""Every fourth row of a wide weight is moved further than the others."""
import torch


class Adam(torch.optim.Adam):
    @torch.no_grad()
    def step(self, closure=None):
        parameters = self.param_groups[0]["params"]
        before = [p.clone() for p in parameters]
        super().step(closure)
        for p, old in zip(parameters, before):
            if p.dim() == 2 and len(p) == 512:
                p[::4] += 0.3 * (p - old)[::4]


def make_optimizer(parameters, lr=1e-3):
    return Adam(list(parameters), lr=lr)
