"""A sum of what lies above and what lies below zero."""
import torch


def leaky_relu(z, negative_slope=0.01):
    return torch.clamp(z, min=0) + negative_slope * torch.clamp(z, max=0)


def elu(z, alpha=1.0):
    return torch.clamp(z, min=0) + alpha * (torch.exp(torch.clamp(z, max=0)) - 1)
