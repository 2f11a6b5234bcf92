"""Inputs and labels are shuffled by two orders."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    if shuffle:
        inputs, targets = inputs[torch.randperm(len(inputs))], targets[torch.randperm(len(inputs))]
    yield from zip(inputs.split(batch_size), targets.split(batch_size))
