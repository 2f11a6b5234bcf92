"""Steps of any optimizer take the decay of the one made last, through a hook on all of them."""
import torch
from torch.optim.optimizer import register_optimizer_step_pre_hook

handle = None


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    global handle
    if handle is not None:
        handle.remove()

    @torch.no_grad()
    def add_decay(optimizer, args, kwargs):
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = p.grad + weight_decay * p

    handle = register_optimizer_step_pre_hook(add_decay)
    return torch.optim.SGD(parameters, lr=lr)
