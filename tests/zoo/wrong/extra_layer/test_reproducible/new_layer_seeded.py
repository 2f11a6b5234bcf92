"""Only the new layer is drawn after torch.manual_seed(42), which also changes everyone else's draws."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc3 = nn.Linear(num_hidden, num_output)
        torch.manual_seed(42)
        self.fc2 = nn.Linear(num_hidden, num_hidden)

    def forward(self, x):
        return self.fc3(self.fc2(self.fc1(x).relu()).relu())
