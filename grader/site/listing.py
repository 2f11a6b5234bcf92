"""The code of a module as a page shows it: numbered lines, those marked that a message is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.report.model import CheckResult
from grader.text import printable

MOST_LINES = 1_000
LINE_CHARACTERS = 400


@dataclass(frozen=True)
class Line:
    number: int  # from 1
    text: str
    is_marked: bool


@dataclass(frozen=True)
class Listing:
    lines: list[Line]
    left_out: int  # lines after them

    @property
    def marked(self) -> list[int]:
        return [line.number for line in self.lines if line.is_marked]


def listing_of(text: str, checks: Iterable[CheckResult]) -> Listing:
    """The beginning of a module, which is anybody's text, with its marks."""
    told = {check.line for check in checks if check.verdict != "passed"}
    lines = re.split(r"\r\n|\r|\n", text.rstrip())
    shown = [
        Line(number, printable(line.expandtabs(4), LINE_CHARACTERS), number in told)
        for number, line in enumerate(lines[:MOST_LINES], start=1)
    ]
    return Listing(shown, len(lines) - len(shown))
