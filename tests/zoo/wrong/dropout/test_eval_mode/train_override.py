import torch
from torch import nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.a = nn.Linear(f, h)
        self.b = nn.Linear(h, o)
        self.d = nn.Dropout(p)

    def forward(self, x, training=True):
        z = torch.relu(self.a(x))
        return self.b(F.dropout(z, self.d.p, training))
