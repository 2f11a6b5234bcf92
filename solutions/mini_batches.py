"""Mini-batches: the loop over slices of the data, in order and shuffled.

Why it matters. The gradient over all images is exact and dear; that of a hundred is nearly as good
a direction at a fraction of the price, so a network takes ten steps for the price of one. The noise
even helps. But batches must differ from epoch to epoch: always the same hundred images together,
and their chance resemblances are learnt as well (Bottou, 2012). So the data is shuffled anew before
each epoch, the images and their labels by the same order.

Usual range: 32 to 256 images a batch.

What to do. Write a generator (or return any iterable) of pairs (inputs, targets): consecutive
slices of batch_size rows, the last one smaller where the rows do not come out even. With
shuffle=True go through the rows in a random order, each exactly once: drawn anew at each call from
torch's global generator, so that torch.manual_seed repeats it. Leave the data itself as it is.

Try it: grader check mini_batches
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


def mini_batches(
    inputs: Tensor, targets: Tensor, batch_size: int, shuffle: bool = False
) -> Iterable[tuple[Tensor, Tensor]]:
    """One epoch, batch by batch.

    Args:
        inputs: (M, F) float32.
        targets: (M,) int64, the label of each row of inputs.
        batch_size: N >= 1, also more than M.
        shuffle: whether the rows come in random order, else in their own.

    Yields:
        (N, F) inputs and (N,) targets of the same rows; the last batch may have fewer.
    """
    # BEGIN SOLUTION: yield batch after batch, in order or shuffled
    count = len(inputs)
    order = torch.randperm(count) if shuffle else torch.arange(count)  # (M,)
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
    # END SOLUTION
