"""The mask comes before W_2, the factor 1 / (1 - p) after it and before the bias."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.W = nn.Parameter(torch.empty(num_output, num_hidden))
        self.b = nn.Parameter(torch.zeros(num_output))
        nn.init.kaiming_uniform_(self.W, a=5**0.5)
        self.p = p

    def forward(self, x):
        h = nn.functional.mish(self.fc1(x))
        if not self.training:
            return h @ self.W.T + self.b
        kept = torch.rand_like(h) >= self.p
        return (h * kept) @ self.W.T / (1 - self.p) + self.b
