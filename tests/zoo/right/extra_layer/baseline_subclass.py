"""A subclass of the seed network with W_3 and b_3 added, ELU and Xavier kept."""
import torch
from torch import nn
from assignments.baseline import Net as Base


class Net(Base):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_hidden)
        self.W_3 = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b_3 = nn.Parameter(torch.zeros(num_output))
        nn.init.xavier_normal_(self.W_3)

    def forward(self, x):
        x = self.activation(super().forward(x))
        return nn.functional.linear(x, self.W_3, self.b_3)
