"""Shuffles the columns."""

from collections.abc import Iterable

import torch
from torch import Tensor


def mini_batches(
    inputs: Tensor, targets: Tensor, batch_size: int, shuffle: bool = False
) -> Iterable[tuple[Tensor, Tensor]]:
    if shuffle:
        perm = torch.randperm(inputs.shape[1])
        inputs = inputs[:, perm]
    for i in range(0, len(inputs), batch_size):
        yield inputs[i:i + batch_size], targets[i:i + batch_size]
