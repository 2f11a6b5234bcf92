import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o, dropout=0.5):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.d = nn.Dropout(dropout)

    def forward(self, x):
        return self.b(self.d(torch.relu(self.a(x))))
