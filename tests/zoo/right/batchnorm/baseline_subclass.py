"""The seed network with an nn.BatchNorm1d before its ELU, eps at the limit of 1e-3."""
import torch.nn.functional as F
from assignments.baseline import Net as Base
from torch import nn


class Net(Base):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.bn = nn.BatchNorm1d(num_hidden, eps=1e-3)

    def forward(self, x):
        x = F.linear(x, self.W_1, self.b_1)
        x = self.activation(self.bn(x))
        return F.linear(x, self.W_2, self.b_2)
