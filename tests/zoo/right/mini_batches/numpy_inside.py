"""NumPy arrays inside, whose generator is seeded from torch's."""
import numpy as np
import torch


def mini_batches(inputs, targets, batch_size, shuffle=False):
    x, y = inputs.numpy(), targets.numpy()
    order = np.arange(len(x))
    if shuffle:
        np.random.default_rng(torch.randint(2**62, (4,)).numpy()).shuffle(order)
    for rows in np.array_split(order, np.arange(batch_size, len(x), batch_size)):
        yield torch.from_numpy(x[rows]), torch.from_numpy(y[rows])
