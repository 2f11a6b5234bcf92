"""As running_statistics_in_train_mode, by a variance over N and another momentum."""
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
        if self.training:
            with torch.no_grad():
                self.running_mean.lerp_(z.mean(0), 0.2)
                self.running_var.lerp_(z.var(0, unbiased=False), 0.2)
        z = (z - self.running_mean) / torch.sqrt(self.running_var + 1e-5)
        return self.fc2(torch.relu(self.gamma * z + self.beta))
