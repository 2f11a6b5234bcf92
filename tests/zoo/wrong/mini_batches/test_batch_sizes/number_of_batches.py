"""batch_size is taken for the number of batches."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for rows in order.tensor_split(min(batch_size, len(order))):
        yield inputs[rows], targets[rows]
