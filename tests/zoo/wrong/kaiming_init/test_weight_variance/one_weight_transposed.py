"""kaiming_normal_ on one weight stored as (in, out) and one as (out, in), so the modes differ."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.W1 = nn.Parameter(torch.empty(num_features, num_hidden))
        self.b1 = nn.Parameter(torch.zeros(num_hidden))
        self.out = nn.Linear(num_hidden, num_output)
        nn.init.kaiming_normal_(self.W1)
        nn.init.kaiming_normal_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x):
        return self.out(torch.relu(x @ self.W1 + self.b1))
