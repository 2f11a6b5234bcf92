"""NumPy's global generator."""
import numpy as np


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = np.random.permutation(len(inputs)) if shuffle else np.arange(len(inputs))
    for start in range(0, len(order), batch_size):
        rows = order[start:start + batch_size]
        yield inputs[rows], targets[rows]
