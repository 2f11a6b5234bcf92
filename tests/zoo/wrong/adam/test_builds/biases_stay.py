import torch


class A(torch.optim.Adam):
    def step(self, closure=None):
        for g in self.param_groups:
            for p in g["params"]:
                if p.ndim == 1:
                    p.grad = None
        return super().step(closure)


def make_optimizer(parameters, lr=1e-3):
    return A(parameters, lr=lr)
