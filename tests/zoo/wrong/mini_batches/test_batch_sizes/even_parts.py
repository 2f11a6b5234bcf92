"""As many parts, of about the same size."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for rows in order.tensor_split(-(-len(order) // batch_size)):
        yield inputs[rows], targets[rows]
