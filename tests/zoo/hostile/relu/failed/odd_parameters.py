"""Parameters of all kinds, with names that are markup, control characters and half of a character."""

import torch
from assignments.baseline import Net as Baseline
from torch import nn


class Net(Baseline):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        for name, value in {
            "[bold red]name[/]": torch.zeros(()),
            "\x1b[2J\x07\r\n::error::name": torch.zeros(3, dtype=torch.float64),
            "\ud800": torch.full((2,), torch.inf),
            "<script>": torch.zeros(2, 0),
            "=1+1": torch.zeros(3).to_sparse(),
            "\u202e": torch.zeros(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
            "n" * 100_000: torch.zeros(2, dtype=torch.complex64),
            "meta": torch.zeros(2, device="meta"),
        }.items():
            self.register_parameter(name, nn.Parameter(value))
