"""ReLU: the rectified linear unit as the hidden layer's nonlinearity.

Why it matters. Sigmoid and tanh flatten out for large inputs, and where they are flat, hardly any
gradient comes back: deep networks stop learning. The rectifier

    ReLU(x) = max(0, x)        (Nair & Hinton, 2010)

has slope 1 wherever it is on, costs next to nothing, and leaves many hidden units at exactly zero.
Its price: a unit that is off for every image gets no gradient and never comes back. The seed
network's ELU keeps a small gradient below zero instead.

What to do. Write the middle of `forward`, so that the network computes

    W_2 · max(0, W_1 · x + b_1) + b_2

for inputs of any size. Exactly this: no slope below zero, no upper limit, nothing on the logits.
A function of PyTorch's or your own arithmetic are equally good. It is the same in training
(`net.train()`) and in measuring (`net.eval()`).

Try it: grader check relu
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Two layers with a rectifier between them: W_2 · max(0, W_1 · x + b_1) + b_2.

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

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits.

        Args:
            x: (N, F) float32.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        x = nn.functional.linear(x, self.W_1, self.b_1)  # (N, F) @ (F, H) + (H,) -> (N, H)
        # BEGIN SOLUTION: rectify every entry of x, the hidden layer
        x = nn.functional.relu(x)  # (N, H), entry by entry
        # END SOLUTION
        return nn.functional.linear(x, self.W_2, self.b_2)  # (N, H) @ (H, O) + (O,) -> (N, O)
