"""A copy, of which the entries below zero are written anew."""
def leaky_relu(z, negative_slope=0.01):
    out = z.clone()
    below = z < 0
    out[below] = negative_slope * z[below]
    return out


def elu(z, alpha=1.0):
    out = z.clone()
    below = z < 0
    out[below] = alpha * (z[below].exp() - 1)
    return out
