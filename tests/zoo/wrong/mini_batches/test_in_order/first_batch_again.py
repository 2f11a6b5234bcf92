"""The slice does not move on."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for start in range(0, len(order), batch_size):
        rows = order[:batch_size][: len(order) - start]
        yield inputs[rows], targets[rows]
