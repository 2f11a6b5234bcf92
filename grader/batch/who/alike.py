"""Hand-ins that may be one person's, by names that nobody but their owners has written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from grader.batch.who.identity import name_words
from grader.intake.layouts import Handed
from grader.text import show_name, some

NAMED = 5  # at most so many names in a line


def spelled_alike(handed: Iterable[Handed]) -> list[str]:
    """A line for each name by which several of these, which are taken for as many students, are
    called: "Jane Doe" and "doe_jane". What a system has given a number are surely several."""
    sources: dict[frozenset[str], list[str]] = defaultdict(list)
    for each in handed:
        if all(kind == "word" for kind, _ in each.handles):
            sources[frozenset(name_words(each.name))].append(show_name(each.source))
    return [
        f"{some(sorted(names), NAMED)}: one name, so perhaps one student, and taken for "
        f"{len(names)}; if it is one, put all of it into one folder"
        for words, names in sources.items()
        if words and len(names) > 1
    ]
