"""French names with accents, in a file with CRLF line ends and a byte order mark."""
import torch
from torch import nn


class Réseau(nn.Module):
    """Deux couches, poids tirés selon He : variance σ² = 2 / entrées."""

    def __init__(self, entrées, cachées, sorties):
        super().__init__()
        self.première = nn.Linear(entrées, cachées)
        self.dernière = nn.Linear(cachées, sorties)
        for couche in (self.première, self.dernière):
            σ = (2 / couche.in_features) ** 0.5
            nn.init.normal_(couche.weight, 0, σ)
            nn.init.zeros_(couche.bias)

    def forward(self, x):
        return self.dernière(torch.relu(self.première(x)))


Net = Réseau
