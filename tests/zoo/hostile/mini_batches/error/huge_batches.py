"""Yields 200 MB at a time, again and again."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    while True:
        yield torch.zeros(50 << 20), targets
