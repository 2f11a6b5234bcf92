"""Divides whole numbers to a deviation of 0."""

import torch
from torch import Tensor, nn
import math


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.empty(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.empty(num_output))  # (O,)
        self.activation = nn.ELU()
        nn.init.normal_(self.W_1, 0, math.sqrt(2 // num_features))
        nn.init.normal_(self.W_2, 0, math.sqrt(2 // num_hidden))
        nn.init.zeros_(self.b_1)
        nn.init.zeros_(self.b_2)

    def forward(self, x: Tensor) -> Tensor:
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        x = self.activation(x)  # (N, H), entry by entry
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
