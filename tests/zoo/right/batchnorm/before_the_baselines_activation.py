from torch import nn

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.hidden = nn.Sequential(nn.BatchNorm1d(num_hidden), self.activation)

    def forward(self, x):
        x = nn.functional.linear(x, self.W_1, self.b_1)
        return nn.functional.linear(self.hidden(x), self.W_2, self.b_2)
