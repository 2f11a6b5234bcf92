"""Adam: a step size of its own for each parameter.

Why it matters. One learning rate has to serve all parameters, though some see gradients a thousand
times larger than others. Adam divides each parameter's smoothed gradient by that gradient's usual
size, so that every parameter moves by about lr a step, whatever the scale of its gradients.

With g the gradient, t = 1, 2, ... the number of the step, m and v zero at first, and everything
taken entry by entry (Kingma & Ba, 2015, arXiv:1412.6980, Algorithm 1):

    m <- beta_1 · m + (1 - beta_1) · g           the mean of the gradients
    v <- beta_2 · v + (1 - beta_2) · g²          the mean of their squares
    m_hat = m / (1 - beta_1^t)                   without this correction, the zeros that m and v
    v_hat = v / (1 - beta_2^t)                   started from would count as gradients seen
    p <- p - lr · m_hat / (sqrt(v_hat) + eps)    eps keeps the quotient finite

Usual ranges: lr from 3e-4 down to 1e-5 for large networks; the paper's 1e-3, the default here,
suits this small one. beta_1 = 0.9, beta_2 = 0.999 and eps = 1e-8 are the paper's, and they are
rarely changed.

What to do. Return an optimizer that makes this update, with the paper's beta_1, beta_2 and eps and
the given lr, and nothing on top of it (no weight decay, no AMSGrad). The library's is fine, and so
is a subclass of `torch.optim.Optimizer` of your own.

Try it: grader check adam
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn


def make_optimizer(parameters: Iterable[nn.Parameter], lr: float = 1e-3) -> torch.optim.Optimizer:
    """Adam with the paper's beta_1 = 0.9, beta_2 = 0.999 and eps = 1e-8.

    Args:
        parameters: what to optimise, of any shapes; a parameter without a gradient stays as it is.
        lr: the learning rate.

    Returns:
        An optimizer over exactly these parameters.
    """
    # BEGIN SOLUTION: return an optimizer that steps as Algorithm 1 does
    return torch.optim.Adam(parameters, lr=lr, betas=(0.9, 0.999), eps=1e-8)
    # END SOLUTION
