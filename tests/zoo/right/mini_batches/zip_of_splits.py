"""Two splits, zipped."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    if shuffle:
        order = torch.randperm(len(inputs))
        inputs, targets = inputs[order], targets[order]
    return zip(inputs.split(batch_size), targets.split(batch_size))
