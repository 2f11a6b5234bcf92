"""The second half of the hidden units gets the first half's weights with the sign turned."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        for fc in (self.fc1, self.fc2):
            nn.init.kaiming_normal_(fc.weight)
            nn.init.zeros_(fc.bias)
        half = num_hidden // 2
        with torch.no_grad():  # "looks linear" trick
            self.fc1.weight[half : 2 * half] = -self.fc1.weight[:half]

    def forward(self, x):
        return self.fc2(self.fc1(x).relu())
