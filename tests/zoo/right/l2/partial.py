"""make_optimizer is a functools.partial of the library's class."""
from functools import partial

from torch.optim import SGD

make_optimizer = partial(SGD, lr=1e-2, momentum=0, weight_decay=1e-4)
