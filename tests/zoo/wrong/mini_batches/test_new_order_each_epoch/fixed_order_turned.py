"""One order for ever; each epoch only starts elsewhere in it."""

import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.arange(len(inputs))
    if shuffle:
        always = torch.Generator().manual_seed(1)
        order = torch.randperm(len(inputs), generator=always)
        order = order.roll(int(torch.randint(len(inputs), ())))
    for chosen in order.split(batch_size):
        yield inputs[chosen], targets[chosen]
