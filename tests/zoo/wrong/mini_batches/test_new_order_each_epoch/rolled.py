"""The order starts somewhere else, and goes on as it was."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.arange(len(inputs))
    if shuffle:
        order = order.roll(int(torch.randint(len(inputs), ())))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
