"""Whom each hand-in may be of, by what everybody is known by, and who has none: nobody new is made
here."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from grader.batch.who.identity import known_by
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.people import Directory
from grader.intake.layouts import Handed
from grader.text import fold

_IN_A_SENTENCE = re.compile(r",?\s+(?:and|und|et|y|e|en|og|och|ja|i)\s+|,\s+")


class Claim(NamedTuple):
    """Whom a hand-in may be of, by key: all of them where it is a group's."""

    keys: Collection[str]
    is_group: bool = False
    is_near: bool = False  # by a name that differs in middle initials


class Claims:
    """What hand-ins claim, where these `students`, by key, are known."""

    def __init__(self, students: Mapping[str, StoredStudent], directory: Directory) -> None:
        self._students = students
        self._directory = directory

    def of(self, submissions: Sequence[Handed]) -> list[Claim]:
        """Whom each may be of: nobody known, one, a group, or some that can't be told apart."""
        groups = self._groups()
        # Where the roster has people's names on GitHub, a login there is nothing else.
        accounts = {s.student.github for s in self._students.values() if s.standing} - {""}
        # GitLab's name people as the institution does.
        logins = {s.student.login for s in self._students.values() if s.standing} - {""}
        ends_in = ("account", accounts) if accounts else ("login", logins)
        owners = owners_of({one.source for one in submissions}, {*ends_in[1], *groups})
        claims = []
        for submission in submissions:
            handles = known_by(submission)
            if accounts:
                handles = [("account" if k == "github" else k, value) for k, value in handles]
            known = self._directory.known_as(handles)
            members = groups.get(squeezed(submission.group), set())
            if not (known or members or self._directory.named(handles)):
                ends = owners.get(submission.source, ())
                known = self._directory.known_as([(ends_in[0], end) for end in ends])
                named = {squeezed(end) for end in ends} & groups.keys()
                members = set().union(*(groups[name] for name in named))
                if len(named) > 1 or not known <= members:
                    known, members = known | members, set()
            is_group = bool(members) and known <= members
            claims.append(Claim(members if is_group else known, is_group))
        taken = set().union(*(claim.keys for claim in claims))
        claims = [
            claim if claim.is_group else Claim(self._with_names(claim.keys, submission, taken))
            for claim, submission in zip(claims, submissions, strict=True)
        ]
        return with_near(claims, map(self._almost_named, submissions))

    def _almost_named(self, submission: Handed) -> set[str]:
        """Whom of the roster a hand-in is of but for middle initials."""
        near = self._directory.named_but_for_initials(known_by(submission))
        return set(filter(self._is_enrolled, near))

    def _with_names(
        self, known: Collection[str], submission: Handed, taken: Collection[str]
    ) -> set[str]:
        if known:
            return {*known, *self._namesakes(submission, taken)}
        return self._named(submission, taken)

    def _namesakes(self, submission: Handed, taken: Collection[str]) -> set[str]:
        """Who else on the roster this may be of: a name that was one student's when they handed in
        before may by now be another's, too, unless that one has handed in otherwise."""
        if not self._directory.is_known_by_what_it_is_called(known_by(submission)):
            return set()
        named = self._directory.named([("name", submission.source)])
        return {key for key in named if self._is_enrolled(key) and key not in taken}

    def _named(self, submission: Handed, taken: Collection[str]) -> set[str]:
        """Who is called so. Of those whom something else leads to, only who is on the roster, which
        has each once, unless the system says by a number that these are two."""
        known = known_by(submission)
        named = self._directory.named(known)
        is_numbered = any(kind == "number" for kind, _ in known)
        return {
            key for key in named if key not in taken or (self._is_enrolled(key) and not is_numbered)
        }

    def _groups(self) -> dict[str, set[str]]:
        groups: dict[str, set[str]] = defaultdict(set)
        for key, stored in self._students.items():
            told = stored.student.group  # Moodle names all of a person's in one cell
            for group in {squeezed(told), *map(squeezed, re.split("[,;]", told))} - {""}:
                if not stored.is_dropped:
                    groups[group].add(key)
        return groups

    def _is_enrolled(self, key: str) -> bool:
        return self._students[key].standing == "enrolled"


def with_near(claims: Sequence[Claim], near: Iterable[Collection[str]]) -> list[Claim]:
    """The claims, where nobody has one with those whose name is all but the hand-in's in its place,
    unless another hand-in is theirs or may be as well.

    Args:
        near: for each claim who that is, by key.
    """
    taken = set().union(*(claim.keys for claim in claims))
    open_ones = [
        set() if claim.keys else set(some) - taken for claim, some in zip(claims, near, strict=True)
    ]
    times = Counter(key for some in open_ones for key in some)
    return [
        Claim(some, is_near=True) if some and all(times[key] == 1 for key in some) else claim
        for claim, some in zip(claims, open_ones, strict=True)
    ]


def owners_of(names: Collection[str], owners: Collection[str]) -> dict[str, list[str]]:
    """Of repositories called <assignment>-<owner>, which of the `owners` each may be of: those with
    whose name it ends behind what most of them begin with, and at least two."""
    known = set(map(squeezed, owners))
    ends = {
        name: [
            (name[:place], name[place + 1 :])
            for place, character in enumerate(name)
            if character == "-" and squeezed(name[place + 1 :]) in known
        ]
        for name in names
    }
    count = Counter(start for found in ends.values() for start, _ in found)
    most = {
        name: max((count[start] for start, _ in found), default=0) for name, found in ends.items()
    }
    return {
        name: [end for start, end in found if count[start] == most[name]]
        for name, found in ends.items()
        if most[name] > 1
    }


def squeezed(name: str) -> str:
    """A group's name as systems write it."""
    return "".join(filter(str.isalnum, fold(name)))


def absent_of(students: Mapping[str, StoredStudent], handed_in: Collection[str]) -> list[str]:
    """Who of the roster has no hand-in; of a section from which nothing came, as it may have a
    download of its own, nobody.

    Args:
        students: all that are stored, by key.
        handed_in: the keys of those who have one.
    """
    here = set().union(*(_sections(students[key]) for key in handed_in))
    return [
        key
        for key, stored in students.items()
        if stored.standing == "enrolled"
        and key not in handed_in
        and not (_sections(stored) and here.isdisjoint(_sections(stored)))
    ]


def _sections(stored: StoredStudent) -> set[str]:
    """As the roster has them, and Canvas's, which writes all of a person's as a sentence."""
    told = stored.student.section
    return {*told.split(", "), *_IN_A_SENTENCE.split(told)} - {""}
