"""Checks for `permutation`: one random order of the pixels, drawn from a seed, for all images.

Every pixel of an image of the grader's holds a number of its own, so the order is read off.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.checks.kit.functions import describe, named
from grader.checks.kit.orders import regularity
from grader.checks.kit.probes import (
    draw_seed,
    draw_two_seeds,
    expect,
)
from grader.checks.misconceptions import Mistake
from grader.checks.misconceptions.permutation import (
    CONVERTED,
    NOT_PERMUTED,
    NOTHING_RETURNED,
    OF_THE_IMAGES,
    ORDERS_OF_THEIR_OWN,
    SEED_WITHOUT_EFFECT,
    SLIPS,
    WRITTEN_INTO,
    recognise_lost,
    recognise_neighbours,
    recognise_unalike,
)
from grader.sandbox.client import Student

pytestmark = pytest.mark.slips(*SLIPS)
NAMES = ("train", "valid", "test")
PIXELS = 784  # as in training


def draw_images(
    rng: np.random.Generator, dtype: type = np.float32, num_pixels: int | None = None
) -> list[np.ndarray]:
    """Three sets of a few images, of 60 to 99 pixels, or of `num_pixels`: image i has the numbers
    from i on, each image in an order of its own, so that no sorting puts all in one order."""
    num_pixels = num_pixels or int(rng.integers(60, 100))
    columns = np.arange(num_pixels)
    counts = (int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False))
    return [rng.permuted(columns + np.arange(n)[:, None], axis=1).astype(dtype) for n in counts]


def permute(student: Student, images: list[np.ndarray], seed: int) -> list[np.ndarray]:
    """The three arrays that come back, of the same shapes and dtypes."""
    call = "permute_pixels(train, valid, test, seed)"
    value: Any = student.call("permute_pixels", *images, options={"seed": seed}).value
    expect(
        isinstance(value, list | tuple) and len(value) == 3,
        f"{call} to return three arrays",
        describe(value),
    )
    for name, before, after in zip(NAMES, images, value, strict=True):
        expect(
            isinstance(after, np.ndarray)
            and (after.shape, after.dtype) == (before.shape, before.dtype),
            f"{call} to return {name} as {named(before)} NumPy array of shape {before.shape}",
            describe(after),
            known=partial(named_array, before, after),
        )
        expect(np.isfinite(after).all(), f"{call} to return pixels", "NaN or infinity")
    return list(value)


def named_array(before: np.ndarray, after: object) -> Mistake | None:
    """Why `after` is no array as `before` is."""
    if not isinstance(after, np.ndarray):
        return NOTHING_RETURNED if after is None else None
    # As array[:, None] gives it.
    if after.ndim == before.ndim + 1 and after.size == before.size:
        return NOTHING_RETURNED
    if after.shape == (len(before), len(before)):
        return OF_THE_IMAGES
    return CONVERTED if after.shape == before.shape else None


def order_of(before: np.ndarray, after: np.ndarray, name: str) -> np.ndarray:
    """The (F,) order such that every row of `after` is `before[:, order]`; fails if there is none.

    Numbers in a row differ, so the first row tells it.
    """
    place = {int(value): column for column, value in enumerate(before[0])}
    order = np.array([place.get(int(value), -1) for value in after[0]])
    expect(
        np.array_equal(np.sort(order), np.arange(before.shape[1])),
        f"each pixel of an image of {name} to be in it exactly once",
        "some are missing, others there more than once",
        "A permutation moves pixels and loses none: rng.permutation(F), not rng.integers.",
        known=partial(recognise_lost, before, after),
    )
    differing = np.flatnonzero((after != before[:, order]).any(axis=1))
    expect(
        not differing.size,
        f"all images of {name} to be permuted alike",
        f"the order of the first is not that of image {differing[0] if differing.size else 0}",
        "Draw one permutation and take columns by it: array[:, order].",
        known=partial(recognise_unalike, before, after),
    )
    return order


@pytest.mark.points(1)
@pytest.mark.gate
@pytest.mark.hint("Return (train, valid, test), three NumPy arrays of the shapes you were given.")
def test_builds(student: Student, rng: np.random.Generator) -> None:
    """The function permute_pixels returns three arrays of the same shapes and dtypes"""
    for dtype in (np.float32, np.uint8):
        permute(student, draw_images(rng, dtype), draw_seed(rng))


@pytest.mark.points(3)
@pytest.mark.hint("Index the columns with one permutation of their numbers: array[:, order].")
def test_permutation(student: Student, rng: np.random.Generator) -> None:
    """The pixels of all images of a set are put in one random order"""
    for images in (
        draw_images(rng),
        draw_images(rng, np.uint8),
        draw_images(rng, num_pixels=PIXELS),
    ):
        for name, before, after in zip(
            NAMES, images, permute(student, images, draw_seed(rng)), strict=True
        ):
            order = order_of(before, after, name)
            regular = regularity(order)
            expect(
                not regular,
                "the pixels in random order",
                regular,
                "To turn, shift or mirror images is no random permutation.",
                known=partial(recognise_neighbours, order),
            )


@pytest.mark.points(3)
@pytest.mark.hint("Draw the permutation once and use it three times.")
def test_same_for_all_sets(student: Student, rng: np.random.Generator) -> None:
    """Training, validation and test images are permuted alike"""
    for images in (draw_images(rng), draw_images(rng, num_pixels=PIXELS)):
        permuted = permute(student, images, draw_seed(rng))
        orders = [order_of(*each) for each in zip(images, permuted, NAMES, strict=True)]
        for name, order in zip(NAMES[1:], orders[1:], strict=True):
            expect(
                np.array_equal(order, orders[0]),
                f"{name} to be permuted as train is",
                "another permutation",
                "A network trained on one order of the pixels can't read another.",
                known=partial(named_set, order, orders[0]),
            )


def named_set(order: np.ndarray, first: np.ndarray) -> Mistake | None:
    """Why a set's order (F,) is not that of the first set."""
    still = np.arange(len(order))
    if np.array_equal(order, still):
        return NOT_PERMUTED
    return None if np.array_equal(first, still) else ORDERS_OF_THEIR_OWN


@pytest.mark.points(2)
@pytest.mark.hint("np.random.default_rng(seed) draws the same permutation for the same seed.")
def test_from_the_seed(student: Student, rng: np.random.Generator) -> None:
    """The same seed gives the same permutation, another seed another"""
    images = draw_images(rng)
    seed, other = draw_two_seeds(rng)
    # Of other sets, of other sizes, a single image and bytes among them, the order is the same one.
    sets = [each.astype(np.uint8) for each in (images[2], images[1][:1], images[0])]
    first, again, of_sets, another, neighbour = (
        order_of(given[0], permute(student, given, s)[0], "train")
        for given, s in (
            (images, seed),
            (images[::-1], seed),
            (sets, seed),
            (images, other),
            (images, seed ^ 1),
        )
    )
    source = partial(named_source, first)
    same, others = "the same permutation for the same seed", "another permutation for another seed"
    for is_so, expected, seen, known in (
        (np.array_equal(first, again), same, "another one", source),
        (not np.array_equal(first, another), others, "the same", source),
        (np.array_equal(first, of_sets), f"{same}, of bytes as well", "another one", None),
        (not np.array_equal(first, neighbour), f"{others}, the next one too", "the same", None),
    ):
        expect(is_so, expected, seen, known=known)
    regular = regularity(np.argsort(first)[another])
    expect(
        not regular,
        "a permutation that has nothing to do with another seed's",
        f"from one seed to another, {regular}",
        "Draw the whole permutation from the seed.",
    )


def named_source(order: np.ndarray) -> Mistake:
    """Why an order (F,) does not follow the seed."""
    return recognise_neighbours(order) if regularity(order) else SEED_WITHOUT_EFFECT


@pytest.mark.points(1)
@pytest.mark.hint("rng.shuffle and assignments to array[...] write into the arrays themselves.")
def test_input_unchanged(student: Student, rng: np.random.Generator) -> None:
    """The arrays that it is given are left as they were"""
    images = draw_images(rng)
    called = student.call("permute_pixels", *images, options={"seed": draw_seed(rng)})
    for name, before, after in zip(NAMES, images, called.arguments, strict=False):
        unchanged = isinstance(after, np.ndarray) and np.array_equal(before, after)
        expect(
            unchanged,
            f"{name} to be left as it was",
            "it holds other values afterwards",
            known=lambda: WRITTEN_INTO,
        )
