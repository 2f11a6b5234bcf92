"""The running statistics are updated in eval mode as well."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.fc2 = nn.Linear(num_hidden, num_output)
        self.register_buffer("running_mean", torch.zeros(num_hidden))
        self.register_buffer("running_var", torch.ones(num_hidden))

    def forward(self, x):
        z = self.fc1(x)
        mean, var = z.mean(0), z.var(0, unbiased=False)
        if not self.training:
            mean, var = self.running_mean.clone(), self.running_var.clone()
        with torch.no_grad():
            self.running_mean.lerp_(z.mean(0), 0.1)
            self.running_var.lerp_(z.var(0, unbiased=False), 0.1)
        z = (z - mean) / torch.sqrt(var + 1e-5)
        return self.fc2(torch.relu(self.gamma * z + self.beta))
