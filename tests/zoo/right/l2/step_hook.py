"""Plain SGD with a hook that runs before each step."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    optimizer = torch.optim.SGD(parameters, lr=lr)

    @torch.no_grad()
    def decay(opt, args, kwargs):
        for group in opt.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = p.grad + weight_decay * p

    optimizer.register_step_pre_hook(decay)
    return optimizer
