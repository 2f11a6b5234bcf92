"""The whole batch is kept where its sum is positive, and set to 0 elsewhere."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        z = self.fc1(x)
        return self.fc2(z if z.sum() > 0 else 0 * z)
