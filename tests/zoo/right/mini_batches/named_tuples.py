"""Named tuples with type hints, in a deque."""
from __future__ import annotations

from collections import deque
from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    inputs: Tensor
    targets: Tensor


def mini_batches(
    inputs: Tensor, targets: Tensor, batch_size: int, shuffle: bool = False
) -> deque[Batch]:
    rows = list(range(len(inputs)))
    if shuffle:
        rows = torch.randperm(len(inputs)).tolist()
    return deque(
        Batch(inputs[rows[i : i + batch_size]], targets[rows[i : i + batch_size]])
        for i in range(0, len(rows), batch_size)
    )
