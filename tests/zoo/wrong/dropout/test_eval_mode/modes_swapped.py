"""The condition is the wrong way round: drops in eval mode and not in train mode."""
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        return self.fc2(F.dropout(h, self.p, training=not self.training))
