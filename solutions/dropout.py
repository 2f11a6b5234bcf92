"""Dropout: train with a random part of the hidden units switched off.

Why it matters. Hidden units that are always there together learn to rely on one another, and the
network learns its training images by heart. If each unit may be missing at any moment, each has to
be useful on its own. It is as if many thinned-out networks were trained at once, sharing their
weights, and averaged when it counts (Srivastava et al., 2014).

In train mode, after `net.train()`, each hidden activation h, for each image afresh, becomes

    0              with probability p
    h / (1 - p)    otherwise

The scaling keeps its mean at h: p · 0 + (1 - p) · h / (1 - p) = h. So in eval mode, after
`net.eval()`, there is nothing left to do: nothing is dropped and nothing is scaled, and the same
image gives the same logits every time. (The paper scales when measuring instead, and its p is the
probability of keeping a unit. Scaling in training is what everyone does today.) `net.train()` and
`net.eval()` set `training` to True or False, in the network and in every module inside it.

Usual range: p from 0.1 to 0.5. In a training as short as ours it changes the accuracy little; it
tells on long trainings, where overfitting sets in.

What to do. Add dropout to the hidden layer's activations, after the nonlinearity; not to the inputs
and not to the logits. Use p as it is given: any value from 0, which drops nothing, to below 1. The
library's dropout is fine, and so is a mask of your own, drawn by torch.

Try it: grader check dropout
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Two layers with dropout on the hidden activations.

    Args:
        num_features: F, the length of one input.
        num_hidden: H, the width of the hidden layer.
        num_output: O, the number of classes.
        p: the probability that a hidden activation is dropped in train mode, 0 <= p < 1.
    """

    def __init__(self, num_features: int, num_hidden: int, num_output: int, p: float = 0.5) -> None:
        super().__init__()
        self.W_1 = nn.Parameter(torch.empty(num_hidden, num_features))  # (H, F)
        self.b_1 = nn.Parameter(torch.zeros(num_hidden))  # (H,)
        self.W_2 = nn.Parameter(torch.empty(num_output, num_hidden))  # (O, H)
        self.b_2 = nn.Parameter(torch.zeros(num_output))  # (O,)
        nn.init.xavier_normal_(self.W_1)
        nn.init.xavier_normal_(self.W_2)
        self.activation = nn.ELU()
        # BEGIN SOLUTION: prepare what forward needs to drop units
        self.dropout = nn.Dropout(p)
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits, with dropout in train mode and without it in eval mode.

        Args:
            x: (N, F) float32.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        # BEGIN SOLUTION: apply the activation, then dropout
        x = self.activation(x)  # (N, H), entry by entry
        x = self.dropout(x)  # (N, H), some entries now zero; in eval mode as it was
        # END SOLUTION
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
