"""Known mistakes in `permutation`: other orders than one of the pixels, drawn from the seed."""

from __future__ import annotations

import numpy as np

from grader.checks.misconceptions import Mistake
from grader.grading.plugin import Slip

IMAGES_PERMUTED = Mistake(
    "images permuted",
    "The images change places, and their pixels do not: it is columns that are permuted, "
    "array[:, order].",
)
EACH_ITS_OWN = Mistake(
    "an order for each image",
    "Each image has an order of its own, as rng.permuted or sorting gives: one is drawn for all, "
    "array[:, order].",
)
WITH_REPLACEMENT = Mistake(
    "drawn with replacement",
    "Some pixels come twice and others never, as rng.integers or rng.choice draw: rng.permutation "
    "has each once.",
)
NOT_PERMUTED = Mistake(
    "not permuted",
    "The pixels are where they were: all of train, valid and test are to be permuted.",
)
NO_RANDOM_ORDER = Mistake(
    "no random order",
    "Pixels keep something of their order, as where images are turned, shifted or permuted in "
    "part: in a random order they do not.",
)
PIXELS_OF_ALL = Mistake(
    "pixels of all images mixed",
    "Pixels move from one image to another, as where the whole array is shuffled: only the columns "
    "change places, array[:, order].",
)
NOTHING_RETURNED = Mistake(
    "what shuffle returns",
    "np.random.shuffle and rng.shuffle return None: they write into what they are passed. "
    "rng.permutation returns a new order.",
)
OF_THE_IMAGES = Mistake(
    "order of the number of images",
    "The order has as many numbers as there are images: it is pixels that it puts in order, "
    "array.shape[1] of them.",
)
ORDERS_OF_THEIR_OWN = Mistake(
    "an order for each set",
    "train, valid and test are permuted by orders of their own: draw one, and use it three times.",
)
SEED_WITHOUT_EFFECT = Mistake(
    "seed ignored",
    "The order does not follow the seed, or a part of it only: it comes from "
    "np.random.default_rng(seed), made in the function, and from nothing else.",
)
WRITTEN_INTO = Mistake(
    "arrays changed in place",
    "The arrays that were passed are written into, as rng.shuffle does: array[:, order] is a new "
    "one.",
)
CONVERTED = Mistake(
    "another dtype",
    "The pixels come back in another dtype: a permutation moves them, and leaves their type.",
)

SLIPS = (
    (
        r"^calling permute_pixels .* is out of bounds for axis 0",
        Slip(
            "rows indexed in place of columns",
            "It is rows that are indexed here, and rows are images: the columns are to change "
            "places, array[:, order].",
        ),
    ),
)


def recognise_lost(before: np.ndarray, after: np.ndarray) -> Mistake | None:
    """Why the first image (F,) of `after` (N, F) is no order of that of `before`."""
    if any(np.array_equal(after[0], image) for image in before[1:]):
        return IMAGES_PERMUTED
    if np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None)):
        return PIXELS_OF_ALL
    return WITH_REPLACEMENT if np.isin(after[0], before[0]).all() else None


def recognise_unalike(before: np.ndarray, after: np.ndarray) -> Mistake | None:
    """Why the images (N, F) are not permuted alike."""
    if sorted(map(tuple, before)) == sorted(map(tuple, after)):
        return IMAGES_PERMUTED
    same = all(np.array_equal(np.sort(b), np.sort(a)) for b, a in zip(before, after, strict=True))
    return EACH_ITS_OWN if same else None


def recognise_neighbours(order: np.ndarray) -> Mistake:
    """What an order (F,) is that is not random enough."""
    still = np.array_equal(order, np.arange(len(order)))
    return NOT_PERMUTED if still else NO_RANDOM_ORDER
