"""Each parameter's moments in a dataclass, in double precision, with postponed annotations."""
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch


@dataclass
class Moments:
    m: torch.Tensor
    v: torch.Tensor
    t: int = 0

    BETAS: ClassVar[tuple[float, float]] = (0.9, 0.999)

    @classmethod
    def of(cls, p: torch.nn.Parameter) -> Moments:
        zeros = torch.zeros_like(p, dtype=torch.float64)
        return cls(zeros.clone(), zeros.clone())

    def direction(self, g: torch.Tensor) -> torch.Tensor:
        b1, b2 = self.BETAS
        g = g.double()
        self.t += 1
        self.m += (1 - b1) * (g - self.m)
        self.v += (1 - b2) * (g * g - self.v)
        return self.m / (1 - b1**self.t) / ((self.v / (1 - b2**self.t)).sqrt() + 1e-8)


class Adam(torch.optim.Optimizer):
    def __init__(self, params, lr: float) -> None:
        super().__init__(params, {"lr": lr})
        self.moments = {p: Moments.of(p) for g in self.param_groups for p in g["params"]}

    def step(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.data = (p.data - group["lr"] * self.moments[p].direction(p.grad)).float()


def make_optimizer(parameters, lr: float = 1e-3) -> Adam:
    return Adam(parameters, lr)
