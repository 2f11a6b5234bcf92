"""The backward pass by hand forgets the slope."""
import torch


class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, slope):
        ctx.save_for_backward(z)
        return torch.where(z > 0, z, slope * z)

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        return grad * (z > 0), None


def leaky_relu(z, negative_slope=0.01):
    return Leaky.apply(z, negative_slope)


def elu(z, alpha=1.0):
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))
