"""The reference solutions' training curves, measured once: what a student's curve is held against.

The figures and how they came about stand in reference.json.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

REFERENCE_PATH = Path(__file__).with_name("reference.json")


class Band(msgspec.Struct, frozen=True):
    """What was measured after each epoch, over the seeds."""

    low: list[float]  # the least
    median: list[float]
    high: list[float]  # the most


class Reference(msgspec.Struct, frozen=True):
    """What made the figures, with which versions, from how many seeds; two bands for each slug."""

    made_by: str
    versions: dict[str, str]
    seeds: int
    bands: dict[str, Band]  # the mean cross-entropy on the training images, in nats
    accuracies: dict[str, Band]  # the accuracy on the training images, from 0 to 1


@cache
def load_reference() -> Reference:
    return msgspec.json.decode(REFERENCE_PATH.read_bytes(), type=Reference)
