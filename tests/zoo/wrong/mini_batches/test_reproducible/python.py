"""Python's generator."""
import random


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = list(range(len(inputs)))
    if shuffle:
        random.shuffle(order)
    for start in range(0, len(order), batch_size):
        rows = order[start:start + batch_size]
        yield inputs[rows], targets[rows]
