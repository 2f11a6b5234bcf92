"""Kaiming initialisation: start the weights at the right size for rectified units.

Why it matters. A layer sums `fan_in` products. If its weights start too small, the signal shrinks
from layer to layer, and so does the gradient on its way back; if they start too large, both
explode. Glorot & Bengio (2010) chose the variance 2 / (fan_in + fan_out), which suits activations
that are nearly linear around zero. A rectifier lets only half of the signal pass. He et al. (2015)
make up for that half:

    Var[w] = 2 / fan_in,   E[w] = 0,   b = 0        (arXiv:1502.01852, eq. 10)

where fan_in is the number of inputs of the layer that the weight belongs to. The initialisation is
named after the paper's first author, Kaiming He.

What to do. Give the two layers of the seed network (`assignments/baseline.py`) such a start: every
entry of both weights drawn independently from a normal or a uniform distribution with mean 0 and
this variance, and biases of zero. Mind that this is a variance, not a standard deviation. The
paper allows 2 / fan_out as well, where fan_out is the number of the layer's outputs; use the same
rule for both layers. `torch.nn.init` helps, or draw the numbers yourself; draw them from torch's
own generator, so that `torch.manual_seed` repeats your network.

Try it: grader check kaiming_init
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Two layers that start as He et al. (2015) advise: W_2 · a(W_1 · x + b_1) + b_2.

    Args:
        num_features: F, the length of one input.
        num_hidden: H, the width of the hidden layer.
        num_output: O, the number of classes.
    """

    def __init__(self, num_features: int, num_hidden: int, num_output: int) -> None:
        super().__init__()
        # torch.empty reserves memory and leaves in it whatever was there before.
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.empty(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.empty(num_output))  # (O,)
        self.activation = nn.ELU()
        # BEGIN SOLUTION: give both layers their start by He's rule
        for weight in (self.W_1, self.W_2):
            nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")
        for bias in (self.b_1, self.b_2):
            nn.init.zeros_(bias)
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits. This part is given, as in the seed network.

        Args:
            x: (N, F) float32.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        x = self.activation(x)  # (N, H), entry by entry
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
