"""Saved on Windows: CRLF line ends and a byte order mark."""
import torch

# λ ist die Stärke der Regularisierung
def make_optimizer(parameters, lr=0.01, weight_decay=1e-4):
    λ = weight_decay
    return torch.optim.SGD(parameters, lr, weight_decay=λ)
