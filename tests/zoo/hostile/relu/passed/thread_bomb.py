"""A right module that first starts as many threads as it can, all of which stay."""

import threading

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


threading.stack_size(64 << 10)
never = threading.Event()
started = 0
try:
    while started < 5000:
        threading.Thread(target=never.wait, daemon=True).start()
        started += 1
except RuntimeError:
    pass
if started > 100:
    print("BROKE OUT:", started, "threads")
