"""The gain of a leaky ReLU with slope 0.2: the variance is 4 % too small."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.act = nn.LeakyReLU(0.2)
        for fc in (self.fc1, self.fc2):
            nn.init.kaiming_normal_(fc.weight, a=0.2, nonlinearity="leaky_relu")
            nn.init.zeros_(fc.bias)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))
