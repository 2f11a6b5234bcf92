"""The new layer's weight is a plain tensor with requires_grad=True, not a parameter."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.W_2 = (torch.randn(num_hidden, num_hidden) * (2 / num_hidden) ** 0.5).requires_grad_()
        self.b_2 = nn.Parameter(torch.zeros(num_hidden))
        self.fc3 = nn.Linear(num_hidden, num_output)

    def forward(self, x):
        x = torch.relu(self.fc1(x))
        x = torch.relu(x @ self.W_2 + self.b_2)
        return self.fc3(x)
