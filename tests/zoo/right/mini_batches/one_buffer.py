"""All batches are written into the same memory."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    buffer = torch.empty(min(batch_size, len(inputs)), *inputs.shape[1:])
    for rows in order.split(batch_size):
        torch.index_select(inputs, 0, rows, out=buffer[: len(rows)])
        yield buffer[: len(rows)], targets[rows]
