"""The mutants that are right, each with the reason: `tests/equivalent_mutants.toml`.

    [[equivalent]]
    slug = "dropout"
    reason = "Any nonlinearity is accepted."
    mutants = ["self.activation = nn.ELU() -> self.activation = nn.Tanh()"]

A mutant is named by its change (`grader.proof.mutants.source.Mutant`), as the audit prints it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from grader.course.manifest import Course


class EquivalentError(ValueError):
    """The list can't be read: one line that says why."""


class EquivalentMutants(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mutants of an assignment that are right for the same reason."""

    slug: str
    reason: Annotated[str, msgspec.Meta(min_length=1)]
    mutants: Annotated[list[str], msgspec.Meta(min_length=1)]


class _List(msgspec.Struct, forbid_unknown_fields=True):
    equivalent: list[EquivalentMutants] = []


def equivalent_path(course: Course) -> Path:
    return course.root / "tests" / "equivalent_mutants.toml"


def load_equivalent(course: Course) -> dict[str, dict[str, str]]:
    """For each slug the reason for each listed mutant, by its change; none without a list.

    Raises:
        EquivalentError: the list is wrong, or names a mutant twice.
    """
    path = equivalent_path(course)
    reasons: dict[str, dict[str, str]] = {slug: {} for slug in course.every_slug}
    if not path.is_file():
        return reasons
    try:
        listed = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _List)
        for entry in listed.equivalent:
            slug = course.assignment(entry.slug).slug
            for change in entry.mutants:
                if change in reasons[slug]:
                    raise ValueError(f"{slug}: listed twice: {change}")
                reasons[slug][change] = entry.reason
    except (OSError, ValueError) as error:  # a file that is not TOML, or not what is expected
        name = path.relative_to(course.root).as_posix()
        raise EquivalentError(f"{name}: {error}") from None
    return reasons
