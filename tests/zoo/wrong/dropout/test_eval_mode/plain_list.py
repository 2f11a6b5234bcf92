import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.d = [nn.Dropout(p)]

    def forward(self, x):
        return self.b(self.d[0](torch.relu(self.a(x))))
