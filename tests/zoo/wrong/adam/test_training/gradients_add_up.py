"""zero_grad is overridden for a count of its own and forgets to zero: gradients add up."""
import torch


class Adam(torch.optim.Adam):
    calls = 0

    def zero_grad(self, set_to_none=True):
        self.calls += 1


def make_optimizer(parameters, lr=1e-3):
    return Adam(parameters, lr=lr)
