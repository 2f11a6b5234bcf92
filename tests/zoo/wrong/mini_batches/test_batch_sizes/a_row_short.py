"""Each slice ends a row too early, as where its end were counted in."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    for start in range(0, len(inputs), batch_size):
        end = min(start + batch_size, len(inputs)) - 1
        yield inputs[order[start:end]], targets[order[start:end]]
