"""The seed's ELU comes after the dropout instead of before it."""
import torch.nn.functional as F
from assignments.baseline import Net as Base


class Net(Base):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__(num_features, num_hidden, num_output)
        self.p = p

    def forward(self, x):
        x = F.linear(x, self.W_1, self.b_1)
        x = F.dropout(x, self.p, self.training)
        x = self.activation(x)
        return F.linear(x, self.W_2, self.b_2)
