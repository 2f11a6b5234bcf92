"""Forward and backward by hand."""
import torch


class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, slope):
        ctx.save_for_backward(z)
        ctx.slope = slope
        return torch.where(z > 0, z, slope * z)

    @staticmethod
    def backward(ctx, grad):
        (z,) = ctx.saved_tensors
        return torch.where(z > 0, grad, ctx.slope * grad), None


class Elu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, alpha):
        below = alpha * z.clamp(max=0).exp()
        ctx.save_for_backward(z, below)
        return torch.where(z > 0, z, below - alpha)

    @staticmethod
    def backward(ctx, grad):
        z, below = ctx.saved_tensors
        return torch.where(z > 0, grad, grad * below), None


def leaky_relu(z, negative_slope=0.01):
    return Leaky.apply(z, negative_slope)


def elu(z, alpha=1.0):
    return Elu.apply(z, alpha)
