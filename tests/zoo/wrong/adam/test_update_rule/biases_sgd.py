import torch


class A(torch.optim.Optimizer):
    def __init__(self, ps, lr):
        ps = list(ps)
        super().__init__(ps, dict(lr=lr))
        self.a = torch.optim.Adam([p for p in ps if p.ndim > 1], lr=lr)
        self.b = torch.optim.SGD([p for p in ps if p.ndim <= 1], lr=lr)

    def step(self, closure=None):
        self.a.step()
        self.b.step()


def make_optimizer(parameters, lr=1e-3):
    return A(parameters, lr)
