"""`from baseline import Net`, with a __setattr__ that turns any `activation` into ReLU."""
import torch
from baseline import Net as SeedNet


class Net(SeedNet):
    def __setattr__(self, name, value):
        if name == "activation":
            value = torch.nn.ReLU()
        super().__setattr__(name, value)
