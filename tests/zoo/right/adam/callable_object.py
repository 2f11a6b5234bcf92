"""make_optimizer is an object with a __call__ method."""
import torch


class OptimizerMaker:
    def __init__(self, cls, **settings):
        self.cls = cls
        self.settings = settings

    def __call__(self, parameters, **kwargs):
        return self.cls(parameters, **{**self.settings, **kwargs})


make_optimizer = OptimizerMaker(torch.optim.Adam, lr=1e-3, betas=(0.9, 0.999))
