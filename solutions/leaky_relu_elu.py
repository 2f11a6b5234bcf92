"""Leaky ReLU and ELU: two nonlinearities that let something through below zero.

Why it matters. A ReLU unit that is off for every image gets no gradient and stays off for ever. Two
remedies keep it alive. The leaky rectifier goes on with a small slope (Maas et al., 2013):

    leaky_relu(z) = z                  where z > 0
                    slope · z          elsewhere

The exponential linear unit bends smoothly towards -alpha, which also brings the mean activation
nearer to zero (Clevert et al., 2016):

    elu(z) = z                         where z > 0
             alpha · (exp(z) - 1)      elsewhere

What to do. Write both from their formulas, for tensors of any shape. Gradients must be right as
well, for every z: think of what exp(z) is at z = 1000, and what torch.where does with the gradient
of the branch that it did not take. Leave z itself as it is.

Try it: grader check leaky_relu_elu
"""

from __future__ import annotations

import torch
from torch import Tensor


def leaky_relu(z: Tensor, negative_slope: float = 0.01) -> Tensor:
    """The rectifier with a slope below zero.

    Args:
        z: float32 of any shape.
        negative_slope: the slope below zero; 0 <= negative_slope < 1.

    Returns:
        A tensor of the shape of z.
    """
    # BEGIN SOLUTION: return z, or negative_slope times z
    return torch.where(z > 0, z, negative_slope * z)
    # END SOLUTION


def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    """The exponential linear unit.

    Args:
        z: float32 of any shape.
        alpha: minus the value that it approaches far below zero; alpha > 0.

    Returns:
        A tensor of the shape of z.
    """
    # BEGIN SOLUTION: return z, or alpha * (exp(z) - 1)
    # exp sees no positive z: where it overflowed, 0 times infinity would spoil the gradient.
    below = torch.expm1(z.clamp(max=0))
    return torch.where(z > 0, z, alpha * below)
    # END SOLUTION
