"""Dropout as a torch.autograd.Function that keeps its mask for the backward pass."""
import torch
from torch import nn


class Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, p):
        scale = torch.rand_like(x).ge_(p).div_(1 - p)
        ctx.save_for_backward(scale)
        return x * scale

    @staticmethod
    def backward(ctx, grad):
        (scale,) = ctx.saved_tensors
        return grad * scale, None


class Net(nn.Module):
    def __init__(self, num_features, num_hidden, num_output, p=0.5):
        super().__init__()
        self.l1 = nn.Linear(num_features, num_hidden)
        self.l2 = nn.Linear(num_hidden, num_output)
        self.p = float(p)

    def forward(self, x):
        x = self.l1(x).clamp(min=0)
        if self.training:
            x = Drop.apply(x, self.p)
        return self.l2(x)
