"""forward calls torch.manual_seed with a counter, so masks differ but torch is reseeded each time."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.drop = nn.Dropout(p)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.step = 0

    def forward(self, x):
        if self.training:
            self.step += 1
            torch.manual_seed(self.step)
        return self.fc2(self.drop(torch.relu(self.fc1(x))))
