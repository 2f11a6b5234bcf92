"""A generator of its own, seeded anew each time."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    generator = torch.Generator().manual_seed(0)
    order = torch.randperm(len(inputs), generator=generator) if shuffle else torch.arange(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
