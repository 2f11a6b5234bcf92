"""step() takes a closure and is built inside make_optimizer."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    class L2(torch.optim.Optimizer):
        def __init__(self):
            super().__init__(parameters, {"lr": lr})

        def step(self, closure=None):
            loss = None if closure is None else closure()
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        with torch.no_grad():
                            p.copy_((1 - lr * weight_decay) * p - lr * p.grad)
            return loss

    return L2()
