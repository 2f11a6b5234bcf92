"""nn.LeakyReLU with slope 0, which is ReLU; the class is made by a metaclass."""
from torch import nn


class Registry(type):
    classes = {}

    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        mcs.classes[name] = cls
        return cls


class Net(nn.Module, metaclass=Registry):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(num_features, num_hidden),
            nn.LeakyReLU(negative_slope=0.0),
            nn.Linear(num_hidden, num_output),
        )

    def forward(self, x):
        return self.layers(x)
