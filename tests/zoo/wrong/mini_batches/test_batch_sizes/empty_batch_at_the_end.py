"""An empty batch where the rows come out even."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for k in range(len(order) // batch_size + 1):
        rows = order[k * batch_size:(k + 1) * batch_size]
        yield inputs[rows], targets[rows]
