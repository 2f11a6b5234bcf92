"""Settings in a frozen dataclass, with postponed annotations."""
from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import torch


@dataclasses.dataclass(frozen=True, slots=True)
class Config:
    lr: float = 0.01
    weight_decay: float = 1e-4
    maximize: bool | None = False

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, **dataclasses.asdict(self))


def make_optimizer(parameters, **overrides: float):
    return Config(**overrides).build(parameters)
