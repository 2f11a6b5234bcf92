"""Momentum: let gradients add up to a velocity.

Why it matters. Plain gradient descent forgets each gradient after its step. In a narrow valley of
the loss it zigzags between the walls and creeps along the floor. With momentum the parameters have
a velocity v: gradients that keep their direction add up, and gradients that alternate cancel out.

    v <- mu · v + g        g: the gradient, v: zero at first
    p <- p - lr · v        p: the parameter

This is Polyak's (1964) method in the form that PyTorch uses. Sutskever et al. (2013) write the same
with lr inside the velocity, v <- mu · v - lr · g, which is equal as long as lr stays constant. A
steady gradient ends up with steps 1 / (1 - mu) times as long as without momentum: ten times for
mu = 0.9. So mind the form: weighting the new gradient by (1 - mu) takes that gain away again.

Usual ranges: lr from 0.01 to 0.1; mu around 0.9, always above 0 and below 1.

What to do. Return an optimizer that makes this update. The library's is fine, and so is a subclass
of `torch.optim.Optimizer` of your own. Nesterov's form is accepted as well. Use both arguments:
they are called with other values than the defaults, too.

Try it: grader check momentum
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def make_optimizer(
    parameters: Iterable[nn.Parameter], lr: float = 0.01, momentum: float = 0.9
) -> torch.optim.Optimizer:
    """Stochastic gradient descent with classical momentum.

    Args:
        parameters: what to optimise, of any shapes; a parameter without a gradient stays as it is.
        lr: the learning rate.
        momentum: mu, the share of the velocity that is kept from one step to the next.

    Returns:
        An optimizer over exactly these parameters.
    """
    raise NotImplementedError("Write this part: return an optimizer that steps with momentum")
