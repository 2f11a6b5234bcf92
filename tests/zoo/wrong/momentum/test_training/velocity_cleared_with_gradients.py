"""zero_grad throws the velocities away, so that in the loop every step is one of plain SGD."""
import torch


class Momentum(torch.optim.SGD):
    def zero_grad(self, set_to_none=True):
        super().zero_grad(set_to_none)
        self.state.clear()


def make_optimizer(parameters, lr=0.01, momentum=0.9):
    return Momentum(parameters, lr=lr, momentum=momentum)
