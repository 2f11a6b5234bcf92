import torch


class Normalised(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad /= p.grad.norm()
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Normalised(parameters, lr=lr, weight_decay=weight_decay)
