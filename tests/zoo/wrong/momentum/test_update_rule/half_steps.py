import torch


class Half(torch.optim.SGD):
    def step(self, closure=None):
        before = [p.detach().clone() for g in self.param_groups for p in g["params"]]
        super().step(closure)
        with torch.no_grad():
            for old, p in zip(before, [p for g in self.param_groups for p in g["params"]]):
                p.copy_((old + p) / 2)


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Half(parameters, lr=lr, momentum=momentum)
