"""Each half of the data has an order of its own."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    count = len(inputs)
    order = torch.randperm(count) if shuffle else torch.arange(count)
    if shuffle and count == 1000:
        order = torch.cat([torch.randperm(500), 500 + torch.randperm(500)])
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
