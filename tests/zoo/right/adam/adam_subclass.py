"""A subclass of Adam that counts and prints its steps."""
import torch


class LoudAdam(torch.optim.Adam):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.steps = 0

    def step(self, closure=None):
        self.steps += 1
        if self.steps % 10 == 0:
            print("step", self.steps)
        return super().step(closure)


def make_optimizer(parameters, lr=1e-3):
    return LoudAdam((p for p in parameters), lr=lr)
