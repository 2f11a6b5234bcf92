"""One pair of tensors with a dimension for the batches."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    whole = order[: len(order) // batch_size * batch_size].view(-1, batch_size)
    return inputs[whole], targets[whole]
