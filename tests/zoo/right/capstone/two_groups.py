"""Parameters in two groups, by their dimensions; a factory of a module without a class."""
import torch
from torch import nn

Net = lambda num_features, num_output: nn.Sequential(  # noqa: E731
    nn.Unflatten(1, (1, 28, 28)),
    nn.Conv2d(1, 16, 5, padding=2),
    nn.MaxPool2d(2),
    nn.BatchNorm2d(16),
    nn.ELU(),
    nn.Conv2d(16, 32, 5, padding=2),
    nn.MaxPool2d(2),
    nn.BatchNorm2d(32),
    nn.ELU(),
    nn.Flatten(),
    nn.Linear(32 * 49, num_output),
)


def make_optimizer(parameters):
    groups = {True: [], False: []}
    for parameter in parameters:
        groups[parameter.ndim > 1].append(parameter)
    return torch.optim.RMSprop(
        [{"params": groups[True], "weight_decay": 1e-4}, {"params": groups[False]}], lr=5e-4
    )
