import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)

    def forward(self, x):
        if self.training and x.shape[0] > 1000:
            z = torch.relu(self.a(x))
        return self.b(z)
