import torch


class M(torch.optim.Optimizer):
    def __init__(self, params, lr, mu):
        super().__init__(params, dict(lr=lr, mu=mu))

    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            v = 0
            for p in g["params"]:
                if p.grad is None:
                    continue
                v = g["mu"] * v + p.grad
                p -= g["lr"] * v


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return M(parameters, lr, momentum)
