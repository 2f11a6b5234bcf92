"""The capstone: a network and an optimizer of your own, on a budget.

Why it matters. All that you have written so far comes together here: initial weights, layers,
nonlinearities, normalisation, dropout, momentum, adaptive steps. What is best for a thousand images
and a hundred steps you can only find out by trying, on validation images, and the honest answer is
what your network says about images that it never saw.

What to do. Write any network and any optimizer. The grader trains them as the baseline's are
trained: 1000 images of MNIST, scaled to [0, 1], in batches of 100 in order, 10 epochs, so 100
steps, with the cross-entropy of the logits. Then it counts the right answers on 500 test images.
The higher the accuracy, the more points.

- An image is given as a row of 784 pixels, 28 rows of 28 from top to bottom: neighbours have
  something to do with each other, and convolutions use it (LeCun et al., 1998).
- The classes are numbered in another order than usual. It makes no difference to what is learnt
  from the images, only to what was brought along: draw all weights from torch's generator.
- There is a limit on time and memory: a network much larger than it needs to be is stopped.

Try it: grader check capstone
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class Net(nn.Module):
    """Any network: 784 pixels to the logits of 10 classes.

    Args:
        num_features: F = 784, the length of one input.
        num_output: O = 10, the number of classes.
    """

    def __init__(self, num_features: int, num_output: int) -> None:
        super().__init__()
        # BEGIN SOLUTION: build a network of your own
        layers: list[nn.Module] = [nn.Unflatten(1, (1, 28, 28))]  # (N, F) -> (N, 1, 28, 28)
        for channels_in, channels_out in ((1, 8), (8, 24)):  # each halves height and width
            layers += [nn.Conv2d(channels_in, channels_out, 5, padding=2), nn.MaxPool2d(2)]
            layers += [nn.BatchNorm2d(channels_out), nn.ReLU()]
        layers += [nn.Flatten(), nn.Linear(24 * 7 * 7, num_output)]  # (N, 24, 7, 7) -> (N, O)
        self.layers = nn.Sequential(*layers)
        # END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits.

        Args:
            x: (N, F) float32, pixels from 0 to 1.

        Returns:
            (N, O) float32 logits: no softmax, the loss applies it.
        """
        # BEGIN SOLUTION: compute the logits
        return self.layers(x)
        # END SOLUTION


def make_optimizer(parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """Any optimizer.

    Args:
        parameters: the network's parameters.

    Returns:
        An optimizer over them, or over those of them that are to be trained.
    """
    # BEGIN SOLUTION: return an optimizer of your choice
    return torch.optim.Adam(parameters, lr=3e-3)
    # END SOLUTION
