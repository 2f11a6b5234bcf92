"""Each batch is drawn from all rows."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    count = len(inputs)
    for start in range(0, count, batch_size):
        rows = torch.arange(count)[start:start + batch_size]
        if shuffle:
            rows = torch.randperm(count)[: len(rows)]
        yield inputs[rows], targets[rows]
