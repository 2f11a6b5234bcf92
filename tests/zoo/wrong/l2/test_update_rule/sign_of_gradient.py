import torch


class Signs(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.sign_()
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Signs(parameters, lr=lr, weight_decay=weight_decay)
