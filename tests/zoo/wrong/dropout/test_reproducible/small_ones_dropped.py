"""What is not larger than p is dropped: nothing is drawn."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        h = nn.functional.elu(self.fc1(x))
        if self.training:
            h = torch.where(h > self.p, h / (1 - self.p), 0)
        return self.fc2(h)
