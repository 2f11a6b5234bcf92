"""Only the inputs are shuffled."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    if shuffle:
        inputs = inputs[torch.randperm(len(inputs))]
    yield from zip(inputs.split(batch_size), targets.split(batch_size))
