"""functools.partial of a class and of an optimizer; type hints."""
from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn


class Convolutions(nn.Module):
    def __init__(self, num_features: int, num_output: int, *, width: int) -> None:
        super().__init__()
        self.side = round(num_features**0.5)
        self.first = nn.Conv2d(1, width, 5, padding=2)
        self.second = nn.Conv2d(width, 2 * width, 5, padding=2)
        self.norms = nn.ModuleDict({"1": nn.BatchNorm2d(width), "2": nn.BatchNorm2d(2 * width)})
        self.last = nn.Linear(2 * width * (self.side // 4) ** 2, num_output)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unflatten(1, (1, self.side, self.side))
        x = nn.functional.max_pool2d(self.norms["1"](self.first(x)).relu(), 2)
        x = nn.functional.max_pool2d(self.norms["2"](self.second(x)).relu(), 2)
        return self.last(x.flatten(1))


Net = partial(Convolutions, width=12)
make_optimizer = partial(torch.optim.AdamW, lr=3e-3, weight_decay=0.01)
