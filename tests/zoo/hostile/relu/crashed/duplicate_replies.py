"""A right module that makes the worker send each of its answers twice."""

import sys

import torch

from assignments.baseline import Net as Baseline


class Net(Baseline):
    def __init__(self, num_features, num_hidden, num_output):
        super().__init__(num_features, num_hidden, num_output)
        self.activation = torch.relu


worker = sys.modules["grader.sandbox.inside.worker"]
send = worker.send


def send_twice(*answer):
    send(*answer)
    send(*answer)


worker.send = send_twice
