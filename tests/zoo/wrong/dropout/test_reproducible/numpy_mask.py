"""The mask comes from NumPy's generator, which torch.manual_seed doesn't touch."""
import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.p = p

    def forward(self, x):
        h = torch.relu(self.fc1(x))
        if self.training:
            mask = np.random.binomial(1, 1 - self.p, size=tuple(h.shape)) / (1 - self.p)
            h = h * torch.from_numpy(mask).float()
        return self.fc2(h)
