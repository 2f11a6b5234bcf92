"""A ModuleDict under Greek names; a different nonlinearity after each hidden layer."""
import torch
from torch import nn


class Δίκτυο(nn.Module):
    def __init__(self, είσοδοι, κρυφά, έξοδοι):
        super().__init__()
        self.στρώματα = nn.ModuleDict(
            {
                "α": nn.Linear(είσοδοι, κρυφά),
                "β": nn.Linear(κρυφά, κρυφά),
                "γ": nn.Linear(κρυφά, έξοδοι),
            }
        )

    def forward(self, χ):
        χ = torch.relu(self.στρώματα["α"](χ))
        χ = torch.tanh(self.στρώματα["β"](χ))
        return self.στρώματα["γ"](χ)


Net = Δίκτυο
