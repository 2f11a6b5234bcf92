"""Three linear layers in a row."""
from torch import nn


def Net(num_features, num_hidden, num_output):
    return nn.Sequential(
        nn.Linear(num_features, num_hidden),
        nn.Linear(num_hidden, num_hidden),
        nn.Linear(num_hidden, num_output),
    )
