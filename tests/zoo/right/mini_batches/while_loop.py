"""A while loop and index_select."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    start = 0
    while start < len(order):
        rows = order[start:start + batch_size]
        yield inputs.index_select(0, rows), targets.index_select(0, rows)
        start += batch_size
