"""PReLU whose slope starts at zero: ReLU at first, but the slope is trainable."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.act = nn.PReLU(init=0.0)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))
