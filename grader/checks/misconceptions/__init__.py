"""Known mistakes: what each would show, so that a failed check can say which one it looks like.

One module an assignment, beside the checks that ask it, and two that several share. An entry
predicts in NumPy what its mistake would show for the very inputs that a check has used; it is
looked at only when the check has failed already. The mistake that explains everything seen is
named; where none does, or where two different ones do, none is. What an exception means in one
assignment alone stands in its module as SLIPS, which its check file brings by the mark `slips`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Mistake(NamedTuple):
    """A known mistake: its name in reports, and a sentence for the student about the idea."""

    name: str
    says: str


Known = Callable[[], Mistake | None]  # asked only when a check fails


def filled(mistake: Mistake, **values: object) -> Mistake:
    """The mistake with what was seen put into its sentence."""
    return mistake._replace(says=mistake.says.format(**values))


def only(found: Iterable[Mistake | None]) -> Mistake | None:
    """The one mistake that was found; None where nothing was, or mistakes of different names."""
    mistakes = {mistake.name: mistake for mistake in found if mistake is not None}
    return mistakes.popitem()[1] if len(mistakes) == 1 else None
