"""make_optimizer is a functools.partial of the library's class."""
from functools import partial

import torch

make_optimizer = partial(torch.optim.SGD, lr=0.01, momentum=0.9)
