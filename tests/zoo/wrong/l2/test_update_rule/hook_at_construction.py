"""The decay is computed once, when the optimizer is made."""
import torch


def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    parameters = list(parameters)
    decays = [weight_decay * p.detach().clone() for p in parameters]
    optimizer = torch.optim.SGD(parameters, lr=lr)
    
    def hook(*_):
        for p, decay in zip(parameters, decays):
            if p.grad is not None:
                p.grad += decay
    
    optimizer.register_step_pre_hook(hook)
    return optimizer
