"""The new layer was put in before the activation: nothing stands between the first two."""
import torch
from torch import nn
from assignments.baseline import Net as Base


class Net(Base):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.W_new = nn.Parameter(torch.empty(num_hidden, num_hidden))
        self.b_new = nn.Parameter(torch.zeros(num_hidden))
        nn.init.xavier_normal_(self.W_new)

    def forward(self, x):
        x = x @ self.W_1.T + self.b_1
        x = x @ self.W_new.T + self.b_new
        x = self.activation(x)
        return x @ self.W_2.T + self.b_2
