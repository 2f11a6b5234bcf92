"""L1 regularisation: a penalty that makes weights exactly dispensable.

Why it matters. The L2 penalty pulls a weight the less, the smaller it is, and so makes all weights
small but none zero. The sum of absolute values pulls on each with the same force, however small it
is: weights that do not earn their keep go all the way to zero, and the network becomes sparse
(Tibshirani, 1996):

    loss = cross-entropy + strength · sum of |p|

Its derivative is the cross-entropy's plus strength · sign(p).

Usual range: strength from 1e-8 to 1e-4; it multiplies a sum over hundreds of thousands of weights.

What to do. Return that loss: the mean cross-entropy of the logits over the batch, plus strength
times the sum (not the mean) of the absolute values of the network's parameters. Whether the biases,
its one-dimensional parameters, take part is up to you. Parameters may have any names. The loss must
lead gradients back to every parameter, through the logits and through the penalty. Only compute it:
no step, no backward pass, nothing in the network changed.

Try it: grader check l1
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def compute_loss(net: nn.Module, logits: Tensor, targets: Tensor, strength: float) -> Tensor:
    """The mean cross-entropy plus an L1 penalty.

    Args:
        net: the network that gave the logits.
        logits: (N, O) float32, with the graph that leads back to net's parameters.
        targets: (N,) int64, the right class of each row.
        strength: what the sum of absolute values is multiplied by; at least 0.

    Returns:
        () float32, with a graph: the training loop calls backward() on it.
    """
    raise NotImplementedError("Write this part: add the penalty to the cross-entropy")
