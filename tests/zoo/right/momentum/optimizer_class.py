"""make_optimizer is itself the class, a subclass of SGD with other defaults."""
import torch


class make_optimizer(torch.optim.SGD):
    def __init__(self, parameters, lr=0.01, momentum=0.9):
        super().__init__(parameters, lr=lr, momentum=momentum, foreach=True)
