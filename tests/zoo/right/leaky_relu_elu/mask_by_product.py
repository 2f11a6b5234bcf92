"""Masks of zeros and ones, multiplied."""
def leaky_relu(z, negative_slope=0.01):
    positive = (z > 0).to(z.dtype)
    return positive * z + (1 - positive) * negative_slope * z


def elu(z, alpha=1.0):
    positive = (z > 0).to(z.dtype)
    return positive * z + (1 - positive) * alpha * ((z * (1 - positive)).exp() - 1)
