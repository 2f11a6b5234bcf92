"""`return` stands in the loop, after `yield`."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for start in range(0, len(inputs), batch_size):
        rows = order[start : start + batch_size]
        yield inputs[rows], targets[rows]
        return
