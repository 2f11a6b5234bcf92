"""torch is seeded when the module is imported."""
import torch

torch.manual_seed(0)


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for rows in order.split(batch_size):
        yield inputs[rows], targets[rows]
