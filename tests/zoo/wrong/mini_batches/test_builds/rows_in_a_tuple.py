"""Pairs are shuffled as Python objects, and stay apart."""
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = torch.randperm(len(inputs)) if shuffle else torch.arange(len(inputs))
    pairs = [(inputs[row], targets[row]) for row in order]
    for start in range(0, len(pairs), batch_size):
        xs, ys = zip(*pairs[start : start + batch_size])
        yield xs, ys
