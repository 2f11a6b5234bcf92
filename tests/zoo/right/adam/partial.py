"""make_optimizer is a functools.partial."""
import functools

from torch.optim import Adam

make_optimizer = functools.partial(Adam, lr=1e-3)
