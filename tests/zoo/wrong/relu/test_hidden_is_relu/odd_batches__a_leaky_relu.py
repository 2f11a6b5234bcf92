"""A leaky ReLU for batches of an odd number of rows, of more than nine."""
import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.output = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.hidden(x)
        is_odd = len(x) > 9 and len(x) % 2 == 1
        return self.output(F.leaky_relu(z, 0.1) if is_odd else torch.relu(z))
