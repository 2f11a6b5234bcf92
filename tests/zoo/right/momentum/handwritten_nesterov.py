"""Nesterov's form by hand, out of place, with type hints."""
from typing import Iterable

import torch
from torch import Tensor, nn


class Nesterov(torch.optim.Optimizer):
    velocity: list[Tensor | float]

    def __init__(self, params: Iterable[nn.Parameter], lr: float, mu: float) -> None:
        params = list(params)
        super().__init__(params, {"lr": lr, "mu": mu})
        self.params, self.lr, self.mu = params, lr, mu
        self.velocity = [0.0] * len(params)

    @torch.no_grad()
    def step(self) -> None:
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            self.velocity[i] = self.mu * self.velocity[i] + p.grad
            look_ahead = p.grad + self.mu * self.velocity[i]
            p.copy_(p - self.lr * look_ahead)


def make_optimizer(
    parameters: Iterable[nn.Parameter], lr: float = 0.01, momentum: float = 0.9
) -> torch.optim.Optimizer:
    return Nesterov(parameters, lr, momentum)
