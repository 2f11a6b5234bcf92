"""L2 regularisation: a pull towards small weights.

Why it matters. A network with more parameters than images can learn its images by heart. Large
weights are a sign of it: they make the output swing between one image and the next. Adding the
squared length of the parameters to the loss makes every weight cost something, and only those stay
large that earn it (Krogh & Hertz, 1992):

    loss + lambda / 2 · sum of p²

The factor 1/2 cancels when that is differentiated. So plain gradient descent on it is

    p <- p - lr · (g + lambda · p)

with g the gradient of the loss alone, and p on the right as it was before the step. Each step thus
shrinks p by the factor 1 - lr · lambda, which is why it is also called weight decay.

Usual range: lambda from 1e-8 to 1e-4. In a training as short as ours it changes the accuracy
little; it tells on long trainings.

What to do. Return an optimizer that makes this update: without momentum, and with both arguments
in use, for they are called with other values than the defaults, too. The library's is fine, and so
is a subclass of `torch.optim.Optimizer` of your own. Whether you leave the biases undecayed, as
many do, is up to you.

Try it: grader check l2
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def make_optimizer(
    parameters: Iterable[nn.Parameter], lr: float = 0.01, weight_decay: float = 1e-4
) -> torch.optim.Optimizer:
    """Stochastic gradient descent on the loss plus weight_decay / 2 times the squared parameters.

    Args:
        parameters: what to optimise, of any shapes; a parameter without a gradient stays as it is.
        lr: the learning rate.
        weight_decay: lambda, the strength of the pull.

    Returns:
        An optimizer over exactly these parameters.
    """
    # BEGIN SOLUTION: return an optimizer that steps with weight decay
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)
    # END SOLUTION
