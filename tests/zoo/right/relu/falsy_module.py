"""A module that is false, has no length and equals everything."""

import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden); self.fc2 = nn.Linear(num_hidden, num_output)
    def __len__(self): return 0
    def __bool__(self): return False
    def __eq__(self, other): return True
    __hash__ = nn.Module.__hash__
    def forward(self, x): return self.fc2(self.fc1(x).relu())
