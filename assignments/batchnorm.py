"""Batch normalisation: hold the hidden layer's scale steady while the weights below it move.

Why it matters. Whenever the first layer learns, everything above it sees inputs of a new mean and
scale, and has to follow. Normalising each hidden unit over the batch takes that away: training
bears larger steps and goes faster (Ioffe & Szegedy, 2015, arXiv:1502.03167).

In train mode, after `net.train()`, over the N images of the batch, for each of the H units by
itself (Algorithm 1 of the paper):

    mean = sum of x / N
    var = sum of (x - mean)² / N
    x_hat = (x - mean) / sqrt(var + eps)
    y = gamma · x_hat + beta

The scale gamma and the shift beta, H entries each, are learned; they start at 1 and 0 and let the
network undo the normalisation where that serves it. eps, 1e-3 at most, keeps the quotient finite.

In eval mode, after `net.eval()`, an image's logits must not depend on the company it comes in, and
it may come alone. So training also keeps running statistics of each unit,

    running <- (1 - m) · running + m · batch's        for mean and var; usually m = 0.1

and eval mode normalises by these instead, and leaves them as they are. They are no parameters, for
no gradient trains them, but the network is worthless without them: they belong in `state_dict()`,
as buffers (`register_buffer`).

What to do. Normalise the hidden layer in this way, before or after the activation; not the inputs
and not the logits. A layer of the library's is fine, and so is one of your own.

Try it: grader check batchnorm
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Two layers with batch normalisation of the hidden one.

    Args:
        num_features: F, the length of one input.
        num_hidden: H, the width of the hidden layer.
        num_output: O, the number of classes.
    """

    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.zeros(num_output))  # (O,)
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)
        self.activation = nn.ELU()
        raise NotImplementedError("Write this part: create scale, shift and running statistics")

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits, by the batch's statistics in train mode, the running ones in eval.

        Args:
            x: (N, F) float32; N >= 2 in train mode, N >= 1 in eval mode.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        raise NotImplementedError("Write this part: normalise x and apply the activation")
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
