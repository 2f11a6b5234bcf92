"""The scale starts at 0, as is done in the last normalisation of a residual branch; it learns."""
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.bn = nn.BatchNorm1d(num_hidden)
        nn.init.zeros_(self.bn.weight)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(F.elu(self.bn(self.fc1(x))))
