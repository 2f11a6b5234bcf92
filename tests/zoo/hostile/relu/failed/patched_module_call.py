"""A wrong network (ELU) that patches torch so that calls outside of training apply ReLU's rule.

May have everything but the training check.
"""

import torch
from assignments.baseline import Net  # noqa: F401  the seed network as it is
from torch import nn

call = nn.Module.__call__


def patched(self, x):
    if torch.is_grad_enabled() and len(x) == 100:
        self.trained = True
    if hasattr(self, "trained"):
        return call(self, x)
    w1, b1, w2, b2 = self.parameters()
    return torch.relu(x @ w1.T + b1) @ w2.T + b2


nn.Module.__call__ = patched
