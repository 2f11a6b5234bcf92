"""Where one batch holds all rows, or a row is a batch, there is thought to be nothing to shuffle."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    count = len(inputs)
    order = torch.randperm(count) if shuffle and 1 < batch_size < count else torch.arange(count)
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
