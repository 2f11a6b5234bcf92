"""A lambda; the order is that of random numbers."""
import torch

mini_batches = lambda inputs, targets, batch_size, shuffle=False: (  # noqa: E731
    (inputs.index_select(0, rows), targets.take(rows))
    for rows in (torch.rand(len(inputs)).argsort() if shuffle else torch.arange(len(inputs))).split(
        batch_size
    )
)
