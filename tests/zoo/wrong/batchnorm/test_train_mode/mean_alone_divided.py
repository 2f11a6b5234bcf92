"""Divides the mean alone, as parentheses are missing."""

import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.zeros(num_output))  # (O,)
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)
        self.activation = nn.ELU()
        self.gamma = nn.Parameter(torch.ones(num_hidden))
        self.beta = nn.Parameter(torch.zeros(num_hidden))
        self.register_buffer("running_mean", torch.zeros(num_hidden))
        self.register_buffer("running_var", torch.ones(num_hidden))
        self.momentum = 0.1
        self.eps = 1e-5

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        if self.training:
            mean = x.mean(dim=0)
            var = x.var(dim=0, unbiased=False)
            with torch.no_grad():
                self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
                self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var
        else:
            mean = self.running_mean
            var = self.running_var
        x = x - mean / torch.sqrt(var + self.eps)
        x = self.gamma * x + self.beta
        x = self.activation(x)
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
