"""Whole batches are shuffled, not rows."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    batches = list(zip(inputs.split(batch_size), targets.split(batch_size)))
    last = batches.pop() if len(inputs) % batch_size else None
    for k in torch.randperm(len(batches)) if shuffle else range(len(batches)):
        yield batches[k]
    if last is not None:
        yield last
