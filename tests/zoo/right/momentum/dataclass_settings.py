"""Settings in a dataclass, with postponed annotations."""
from __future__ import annotations

from dataclasses import dataclass, field, asdict

import torch


@dataclass
class Settings:
    lr: float = 0.01
    momentum: float = 0.9
    history: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert 0 < self.momentum < 1


class Momentum(torch.optim.Optimizer):
    def __init__(self, params, settings: Settings):
        super().__init__(params, asdict(settings))
        self.settings = settings

    @torch.no_grad()
    def step(self):
        s = self.settings
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                v = self.state[p].get("v")
                self.state[p]["v"] = p.grad.clone() if v is None else s.momentum * v + p.grad
                p -= s.lr * self.state[p]["v"]


def make_optimizer(parameters, lr=Settings.lr, momentum=Settings.momentum):
    return Momentum(parameters, Settings(lr, momentum))
