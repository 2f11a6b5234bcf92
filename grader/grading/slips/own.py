"""Slips of one assignment alone, which its check file brings by the mark `slips`."""

from __future__ import annotations

import re

import pytest

from grader.grading.slips.table import Row, Slip


def own_slips(item: pytest.Item) -> list[Row]:
    """Those of this check, then those of its file, each in their order."""
    return [row for mark in item.iter_markers("slips") for row in mark.args]


def why_unusable(item: pytest.Item) -> str | None:
    """What is wrong with one of the slips of this check; None: nothing."""
    for row in own_slips(item):
        try:
            pattern, told = row
            groups = re.compile(pattern).groupindex
            if isinstance(told, Slip):
                told.says.format(**groups)
            elif not callable(told):
                raise TypeError("it tells neither a Slip nor what gives one")
        except (ValueError, TypeError, LookupError, re.error) as error:
            return f"the slip {row!r}: {type(error).__name__}: {error}"
    return None
