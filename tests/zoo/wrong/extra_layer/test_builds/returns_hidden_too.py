"""forward returns the logits together with the last hidden layer."""
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_hidden)
        self.fc3 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        h = self.fc2(self.fc1(x).relu()).relu()
        return self.fc3(h), h
