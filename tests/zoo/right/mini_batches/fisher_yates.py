"""The shuffle of Fisher and Yates, with torch's numbers."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = list(range(len(inputs)))
    if shuffle:
        for last in range(len(order) - 1, 0, -1):
            other = int(torch.randint(last + 1, ()))
            order[last], order[other] = order[other], order[last]
    for start in range(0, len(order), batch_size):
        rows = order[start:start + batch_size]
        yield inputs[rows], targets[rows]
