"""`Net` is a function that returns an nn.Sequential; it also prints when imported."""
import math
from collections import OrderedDict

import torch
from torch import nn

print("torch", torch.__version__, "- defining Net")


@torch.no_grad()
def Net(num_features, num_hidden, num_output):
    net = nn.Sequential(
        OrderedDict(
            first=nn.Linear(num_features, num_hidden),
            nonlinearity=nn.SiLU(),
            second=nn.Linear(num_hidden, num_output),
        )
    )
    for layer in (net.first, net.second):
        layer.weight.copy_(torch.randn_like(layer.weight) * math.sqrt(2 / layer.in_features))
        layer.bias.zero_()
    return net
