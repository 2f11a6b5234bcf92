"""The slice is one too long, and the next one starts within it."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size + 1]
        yield inputs[rows], targets[rows]
