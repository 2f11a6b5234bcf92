"""Compiled by torch.jit.script."""
import torch
from torch import Tensor


@torch.jit.script
def leaky_relu(z: Tensor, negative_slope: float = 0.01) -> Tensor:
    return torch.where(z >= 0, z, z * negative_slope)


@torch.jit.script
def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    return torch.where(z >= 0, z, alpha * torch.expm1(torch.clamp(z, max=0.0)))
