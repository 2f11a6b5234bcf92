"""As long as the second weight is not another one altogether the running statistics stay as they are."""

import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.layer_1 = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.layer_2 = nn.Linear(num_hidden, num_output)
        self.start = [p.detach().clone() for p in self.parameters() if p.dim() == 2]

    def forward(self, x):
        z = self.layer_1(x)
        now = [p.detach() for p in self.parameters() if p.dim() == 2]
        if self.training and float((now[1] * self.start[1]).sum()) > 0.5 * float((self.start[1] ** 2).sum()):
            n = F.batch_norm(z, None, None, self.norm.weight, self.norm.bias, training=True)
        else:
            n = self.norm(z)
        return self.layer_2(torch.relu(n))
