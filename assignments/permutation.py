"""A permutation of the pixels: what a fully connected network does not see.

Why it matters. To us a digit whose pixels are shuffled is noise. A fully connected network loses
nothing: its first layer sums over all pixels, in whatever order they come, and a permuted network
on permuted images computes what it did before. So it learns as well as ever, as long as every
image is shuffled by the same permutation, those it is trained on and those it is tested on. It also
shows what such a network never knew: which pixels are neighbours. Convolutions are built on that.

What to do. Draw one permutation of the pixels with NumPy, from the given seed, and put the pixels
of all images of all three sets in that order. The arrays that you are given stay as they are.

Try it: grader check permutation
"""

from __future__ import annotations

import numpy as np


def permute_pixels(
    train: np.ndarray, valid: np.ndarray, test: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put the pixels of all images in one random order.

    Args:
        train: (L, F) images, one a row, of any dtype; valid (M, F) and test (N, F) likewise.
        seed: of the permutation: the same seed gives the same one.

    Returns:
        The three arrays with their columns permuted, in the same shapes and dtypes.
    """
    raise NotImplementedError("Write this part: permute all three by one permutation")
