"""2 / fan_out on both weights, by kaiming_uniform_(mode="fan_out")."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.out = nn.Linear(num_hidden, num_output)
        self.act = nn.ReLU()
        self.reset_parameters()

    def reset_parameters(self):
        for layer in [self.hidden, self.out]:
            nn.init.kaiming_uniform_(layer.weight, mode="fan_out", nonlinearity="relu")
            nn.init.constant_(layer.bias, 0)

    def forward(self, x):
        x = self.hidden(x)
        x = self.act(x)
        return self.out(x)
