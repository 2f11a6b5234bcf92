"""Every so manieth row, not consecutive ones."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    parts = -(-len(order) // batch_size)
    for part in range(parts):
        yield inputs[order[part::parts]], targets[order[part::parts]]
