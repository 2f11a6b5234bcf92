"""NumPy's arithmetic inside functions that bring their own derivative."""
import numpy as np
import torch


class Pieces(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, below, slope_below):
        x = z.detach().numpy()
        low = np.minimum(x, 0)
        ctx.slope = torch.from_numpy(np.where(x > 0, np.float32(1), slope_below(low)).astype("f4"))
        return torch.from_numpy(np.asarray(np.where(x > 0, x, below(low)), dtype=np.float32))

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.slope, None, None


def leaky_relu(z, negative_slope=0.01):
    return Pieces.apply(z, lambda x: negative_slope * x, lambda x: np.full_like(x, negative_slope))


def elu(z, alpha=1.0):
    return Pieces.apply(z, lambda x: alpha * np.expm1(x), lambda x: alpha * np.exp(x))
