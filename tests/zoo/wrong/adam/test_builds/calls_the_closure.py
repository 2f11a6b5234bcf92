"""step() calls the closure that nobody gives."""

import torch


class MyAdam(torch.optim.Adam):
    def step(self, closure=None):
        self.zero_grad()
        loss = closure()
        loss.backward()
        super().step()
        return loss


def make_optimizer(parameters, lr=1e-3):
    return MyAdam(parameters, lr=lr)
