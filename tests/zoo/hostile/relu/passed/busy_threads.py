"""A right module with threads that go on after every call, printing and computing."""

import threading
import time

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


def go_on():
    while True:
        print("still here", flush=True)
        time.sleep(0.002)


for _ in range(4):
    threading.Thread(target=go_on, daemon=True).start()
