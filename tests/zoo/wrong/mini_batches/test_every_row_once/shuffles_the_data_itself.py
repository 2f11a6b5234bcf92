"""The data itself is shuffled, in place."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    if shuffle:
        order = torch.randperm(len(inputs))
        inputs.copy_(inputs[order])
        targets.copy_(targets[order])
    yield from zip(inputs.split(batch_size), targets.split(batch_size))
