"""Hand-ins that are the same: a list of files for a person to look at, and nothing more.

Most of these tasks take a few lines, and many right answers are written alike by themselves.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from grader.gradebook.model import AssignmentInfo, HandIn

GROUPS = 100  # shown of an assignment, the smallest first: a large one is a common answer
MEMBERS = 30  # shown of a group
DIGITS = 24  # of a digest: enough to tell any two apart


class Member(NamedTuple):
    """A student's row in the class, a digest of the file, and the group that they are in."""

    row: int
    file: bytes
    team: str


class Group(NamedTuple):
    """Students, as rows in the class, whose files are one, or differ in comments and layout."""

    is_same_file: bool
    rows: list[int]


class Lookalikes:
    """One assignment's hand-ins over the class, by what Python makes of them."""

    def __init__(self, info: AssignmentInfo) -> None:
        self.info = info
        self._alone: dict[bytes, Member] = {}
        self._groups: dict[bytes, list[Member]] = defaultdict(list)

    def add(self, row: int, hand_in: HandIn, team: str = "") -> None:
        """Take in what a student handed in, if it may be compared."""
        if not hand_in.code:
            return
        key = bytes.fromhex((hand_in.tree or hand_in.code)[:DIGITS])
        member = Member(row, bytes.fromhex(hand_in.code[:DIGITS]), team)
        if key in self._groups:
            self._groups[key].append(member)
        elif key in self._alone:
            self._groups[key] = [self._alone.pop(key), member]
        else:
            self._alone[key] = member

    def groups(self) -> list[Group]:
        """Two or more that are the same; the same file first, then the smallest. What is one
        team's work is theirs, each one's."""
        found = [
            Group(len({member.file for member in members}) == 1, [m.row for m in members])
            for members in self._groups.values()
            if len({member.team or member.row for member in members}) > 1
        ]
        return sorted(found, key=lambda group: (not group.is_same_file, len(group.rows)))
