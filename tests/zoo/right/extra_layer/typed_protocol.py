"""Protocol, TypeVar and a dataclass of options, with postponed annotations."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from torch import Tensor, nn

T = TypeVar("T", bound=nn.Module)


class Nonlinearity(Protocol):
    def __call__(self, x: Tensor) -> Tensor: ...


@dataclass
class Options:
    nonlinearity: Nonlinearity = field(default_factory=nn.SiLU)


def he(layer: T) -> T:
    """Draw He's weights, which carry the signal through one layer more."""
    for p in layer.parameters():
        nn.init.kaiming_normal_(p) if p.ndim == 2 else nn.init.zeros_(p)
    return layer


class Net(nn.Module):
    def __init__(
        self, num_features: int, num_hidden: int, num_output: int, options: Options | None = None
    ) -> None:
        super().__init__()
        self.options = options or Options()
        self.first = he(nn.Linear(num_features, num_hidden))
        self.second = he(nn.Linear(num_hidden, num_hidden))
        self.third = he(nn.Linear(num_hidden, num_output))

    def forward(self, x: Tensor) -> Tensor:
        a = self.options.nonlinearity
        return self.third(a(self.second(a(self.first(x)))))
