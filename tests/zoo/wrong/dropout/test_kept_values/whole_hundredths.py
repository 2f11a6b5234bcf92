"""p is rounded to hundredths."""

from torch import nn


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a, self.c = nn.Linear(f, h), nn.Linear(h, o)
        self.drop = nn.Dropout(round(p, 2))

    def forward(self, x):
        return self.c(self.drop(self.a(x).relu()))
