"""Two dropouts in a row on the hidden layer: 1 - (1 - p)^2 of it is gone."""
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        x = self.drop(torch.relu(self.fc1(x)))
        x = F.dropout(x, self.p, self.training)
        return self.fc2(x)
