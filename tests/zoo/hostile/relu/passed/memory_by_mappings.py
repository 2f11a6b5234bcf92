"""A right module that asks for more memory than it may have, in other ways than Python's."""

import mmap

import numpy as np
import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


SIZE = 3 << 30
for ask in (
    lambda: torch.ones(SIZE, dtype=torch.uint8),
    lambda: np.ones(SIZE, np.uint8),
    lambda: mmap.mmap(-1, SIZE),
    lambda: mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS),
    lambda: torch.ones(SIZE, dtype=torch.uint8).share_memory_(),
):
    try:
        ask()
        print("BROKE OUT: 3 GiB")
    except (MemoryError, RuntimeError, OSError):
        pass
