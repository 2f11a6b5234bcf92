"""Teams: what one of a group hands in under their own name is each member's.

A roster's groups may also be those of a tutorial, in which everybody works alone, so the course
says that they hand in together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from grader.batch.who.claims import squeezed
from grader.gradebook.keeping.students import StoredStudent
from grader.intake.layouts import Handed
from grader.intake.layouts.base import attempted, load_all
from grader.submissions.model import Submission
from grader.text import show_name, some

NAMED = 5  # at most so many people in a note
# What stands in the column of whoever is in no group, as letters and digits.
_NO_TEAM = {
    "none", "no", "na", "nan", "null", "0", "tbd", "nogroup", "nogroups", "noteam", "ungrouped",
    "unassigned", "defaultgroup", "keine", "keinegruppe", "keinegruppen", "standardgruppe",
    "aucun", "aucungroupe", "groupepardefaut", "ninguno", "singrupo", "singrupos", "nessuno",
    "nessungruppo", "geen", "geengroep", "geengroepen", "semgrupo", "semgrupos", "ingen",
    "ingengruppe", "ingengrupper", "ingagrupper",
}  # fmt: skip
LARGEST = 6  # members of a group that may be a team without having been called one


def teams_of(students: Mapping[str, StoredStudent]) -> list[list[str]]:
    """The groups of those on the roster that have several members, by their keys; who stands in
    more than one is with those alone who stand in the same ones."""
    teams: dict[str, list[str]] = defaultdict(list)
    for key, stored in students.items():
        group = squeezed(stored.student.group)
        if stored.standing == "enrolled" and group not in ("", *_NO_TEAM):
            teams[group].append(key)
    return [members for members in teams.values() if len(members) > 1]


def shared(own: Mapping[str, Handed], students: Mapping[str, StoredStudent]) -> dict[str, Handed]:
    """By student's key what a team has handed in, of each member of those that have.

    Args:
        own: what each has handed in under their own name.
    """
    found: dict[str, Handed] = {}
    for members in teams_of(students):
        several = [own[key] for key in members if key in own]
        if several:
            found |= dict.fromkeys(members, together(several))
    return found


def together(several: Sequence[Handed]) -> Handed:
    """The hand-ins of a team's members as one: of what two handed in the last one counts where the
    system says when each came, and none where nobody knows, unless they are the same."""
    if len(several) == 1:
        return several[0]
    name = " and ".join(handed.name for handed in several)
    source = several[0].source
    if not all(handed.submitted_at for handed in several):
        loads = [handed.load for handed in several]
        load = partial(load_all, name, loads)
        return replace(
            several[0], name=name, load=load, times={}, times_of=None, state_at=None, earlier=()
        )
    in_order = sorted(several, key=lambda handed: handed.submitted_at)
    attempts = [
        (handed.submitted_at, partial(load_newest, name, in_order[: place + 1]))
        for place, handed in enumerate(in_order)
    ]
    return attempted(source, name, attempts, several[0].handles)


def load_newest(name: str, in_order: Sequence[Handed]) -> Submission:
    """Of each module the last one that was handed in."""
    loaded = [handed.load() for handed in in_order]
    sources = {slug: source for each in loaded for slug, source in each.sources.items()}
    problems = {slug: told for each in loaded for slug, told in each.problems.items()}
    return Submission(name, sources, {s: t for s, t in problems.items() if s not in sources})


def may_be_teams(own: Collection[str], students: Mapping[str, StoredStudent]) -> str:
    """What to ask where groups look like teams: they are small, and one of each has ever handed in
    under their own name; "" where they don't."""
    touched = [team for team in teams_of(students) if not set(own).isdisjoint(team)]
    ever = {key for key, stored in students.items() if key in own or stored.submission}
    if any(len(team) > LARGEST or len(ever.intersection(team)) > 1 for team in touched):
        return ""
    left = [students[key].student.name for team in touched for key in team if key not in own]
    if not left:
        return ""
    return (
        f"{some([show_name(name) for name in left], NAMED)}: handed in nothing, but one of their "
        "group did; if groups hand in together, say teams = true under [roster] in course.toml"
    )
