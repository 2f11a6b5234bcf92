"""Handwritten on lists of tensors with the foreach operations."""
import torch


class ForeachL2(torch.optim.Optimizer):
    def __init__(self, params, **settings):
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                grads = torch._foreach_add(
                    [p.grad for p in params], params, alpha=group["weight_decay"]
                )
                torch._foreach_add_(params, grads, alpha=-group["lr"])


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    return ForeachL2(parameters, lr=lr, weight_decay=weight_decay)
