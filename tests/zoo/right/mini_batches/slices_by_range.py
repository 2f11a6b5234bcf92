"""range over starting points; slices in order, an order's slices when shuffled."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else None
    for start in range(0, len(inputs), batch_size):
        rows = slice(start, start + batch_size) if order is None else order[start:start + batch_size]
        yield inputs[rows], targets[rows]
