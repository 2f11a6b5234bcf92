"""A lambda and functools.partial."""
from functools import partial

import numpy as np

by = lambda order, images: images[:, order]  # noqa: E731
permute_pixels = lambda train, valid, test, seed: tuple(  # noqa: E731
    map(partial(by, np.random.default_rng(seed).permutation(train.shape[1])), (train, valid, test))
)
