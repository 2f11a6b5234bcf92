"""functools.partial and lambdas."""
from functools import partial, reduce

import torch

size = lambda p: p.abs().sum()  # noqa: E731
add = lambda a, b: a + b  # noqa: E731
total = partial(reduce, add)
compute_loss = lambda net, logits, targets, strength: torch.nn.functional.cross_entropy(  # noqa: E731
    logits, targets
) + strength * total(map(size, net.parameters()))
