"""Adds up the batches' statistics and counts the batches; eval mode divides."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("means", torch.zeros(num_hidden))
        self.register_buffer("variances", torch.zeros(num_hidden))
        self.register_buffer("batches", torch.tensor(0))

    def forward(self, x):
        x = self.fc1(x)
        if self.training:
            mean, var = x.mean(0), x.var(0, unbiased=False)
            with torch.no_grad():
                self.means += mean
                self.variances += var
                self.batches += 1
        elif self.batches > 0:
            mean, var = self.means / self.batches, self.variances / self.batches
        else:
            mean, var = torch.zeros_like(self.means), torch.ones_like(self.variances)
        x = (x - mean) / torch.sqrt(var + 1e-5)
        return self.fc2(F.relu(self.gamma * x + self.beta))
