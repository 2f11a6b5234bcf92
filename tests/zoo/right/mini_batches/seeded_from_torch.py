"""NumPy's generator, with a seed drawn from torch's."""
import numpy as np
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    order = np.arange(len(inputs))
    if shuffle:
        np.random.default_rng(int(torch.randint(2**31, ()))).shuffle(order)
    for start in range(0, len(order), batch_size):
        rows = torch.from_numpy(order[start:start + batch_size])
        yield inputs[rows], targets[rows]
