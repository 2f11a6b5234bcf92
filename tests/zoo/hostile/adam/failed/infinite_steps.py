"""Steps that leave the range of float32, and come back as zeros."""

import torch


class Wild(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.mul_(1e38).nan_to_num_()


def make_optimizer(parameters, lr=1e-3):
    return Wild(parameters, lr=lr)
