"""range is given a fraction."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for number in range(len(inputs) / batch_size):
        rows = order[number * batch_size : (number + 1) * batch_size]
        yield inputs[rows], targets[rows]
