import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.g = nn.Parameter(torch.ones(h))
        self.be = nn.Parameter(torch.zeros(h))

    def forward(self, x):
        return self.b(
            torch.relu(F.batch_norm(self.a(x), None, None, self.g, self.be, training=self.training))
        )
