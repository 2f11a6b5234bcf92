"""`from baseline import Net` and a mixin that initialises whatever it is mixed into."""
from math import sqrt

import torch
from baseline import Net as SeedNet


class KaimingMixin:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, p in self.named_parameters():
            if p.ndim == 2:
                bound = sqrt(6 / p.size(1))
                torch.nn.init.uniform_(p, -bound, bound)


class Net(KaimingMixin, SeedNet):
    pass
