"""A list of lists."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.arange(len(inputs))
    if shuffle:
        order = order[torch.rand(len(inputs)).argsort()]
    return [[inputs[rows], targets[rows]] for rows in torch.split(order, batch_size)]
