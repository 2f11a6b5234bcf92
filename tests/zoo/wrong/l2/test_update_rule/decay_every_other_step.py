import torch


class Sometimes(torch.optim.SGD):
    def step(self, closure=None):
        for group in self.param_groups:
            group["weight_decay"], group["other"] = group.get("other", 0.0), group["weight_decay"]
        return super().step(closure)


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return Sometimes(parameters, lr=lr, weight_decay=weight_decay)
