"""functools.partial of a function that takes any metric; a tensor is returned."""
from functools import partial

import torch


def measure(net, inputs, targets, batch_size, *, metric):
    with torch.no_grad():
        mode, _ = net.training, net.eval()
        try:
            logits = torch.vstack([*map(net, inputs.split(batch_size))])
        finally:
            net.train(mode)
    return metric(logits, targets)


evaluate = partial(measure, metric=lambda logits, targets: (logits.argmax(1) == targets).double().mean())
