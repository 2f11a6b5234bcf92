"""max(0, x) in a function compiled by torch.jit.script."""
import torch
from torch import nn


@torch.jit.script
def relu(x: torch.Tensor) -> torch.Tensor:
    return torch.max(x, torch.zeros_like(x))


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int):
        super().__init__()
        self.fc1 = nn.Linear(num_features, num_hidden)
        self.fc2 = nn.Linear(num_hidden, num_output)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(relu(self.fc1(x)))
