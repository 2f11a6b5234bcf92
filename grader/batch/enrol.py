"""Who is who: what was handed in, the roster, and whoever is stored already, made one list.

A student keeps the key once given, whatever later runs and rosters add. Nobody is guessed: what may
be one's or another's is refused, and so are two hand-ins that claim one person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, permutations

import msgspec

from grader.batch.who.alike import spelled_alike
from grader.batch.who.claims import Claims, absent_of
from grader.batch.who.identity import (
    first,
    handles_of,
    is_own,
    known_by,
    name_words,
    with_doubts,
    with_handed,
    with_line,
    without_agreed,
)
from grader.batch.who.keys import new_key, storable
from grader.batch.who.teams import may_be_teams, shared
from grader.gradebook.keeping.store import Store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Person
from grader.gradebook.people import Directory, Handle, are_two
from grader.intake.layouts import Handed, load_same
from grader.intake.roster import Line
from grader.submissions.reading import MAX_NAME_CHARACTERS
from grader.text import fold, printable, show_name, some

MOST_WORDS = 8  # of a name, of which any two are looked at together
NAMED = 5  # at most so many people in a note
# As what somebody is shown whose name is not known.
SHOWN = ("email", "login", "github", "identifier")


@dataclass(frozen=True)
class Enrolment:
    """What is to be graded, a hand-in and its student's key each; a group's is there for each of
    its members. `refused`: so many hand-ins are nobody's. `notes`: what is odd, a line each.
    `extensions`: what the roster says of more time, by student. `absent`: who is on the roster and
    has no hand-in here. `in_doubt`: whose some of the refused may be."""

    handed: list[tuple[str, Handed]]
    notes: list[str] = field(default_factory=list)
    refused: int = 0
    extensions: dict[str, str] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    in_doubt: frozenset[str] = frozenset()


def enrol(
    store: Store,
    submissions: Sequence[Handed],
    roster: Sequence[Line] | None,
    *,
    teams: bool = False,
) -> Enrolment:
    """Store who handed in these submissions, and who else is on the roster.

    Args:
        teams: the roster's groups hand in together.
    """
    roll = Roll(store)
    notes: list[str] = []
    if roster is not None:
        listed = [line for line in roster if line.role != "staff"]
        notes += roll.add_roster(listed, submissions)
        staff = [line for line in roster if line.role == "staff"]
        submissions, of_staff = roll.without_staff(submissions, staff)
        notes += of_staff
    enrolment = roll.add_submissions(submissions, teams=teams)
    if roster is not None:
        keys = dict.fromkeys(key for key, _ in enrolment.handed)
        notes += roll.strangers(list(keys))
    roll.save(store)
    return replace(
        enrolment,
        notes=[*notes, *enrolment.notes],
        extensions=roll.extensions,
        absent=roll.absent({key for key, _ in enrolment.handed}),
        in_doubt=frozenset(roll.in_doubt),
    )


class Roll:
    """Everybody who is known, by key, while more becomes known of them."""

    def __init__(self, store: Store) -> None:
        self._before = {stored.student.key: stored for stored in store.students()}
        self._students = dict(self._before)
        self._directory = Directory({**dict.fromkeys(self._before, ()), **store.handles()})
        self._new_handles: dict[str, set[Handle]] = defaultdict(set)
        self._replaced: list[tuple[str, str]] = []
        self.extensions: dict[str, str] = {}
        self._is_listed = False  # there is a roster now
        self.in_doubt: dict[str, list[str]] = defaultdict(list)  # what may be whose
        self._keys = {key.casefold() for key in self._before}
        self._sources = {stored.source for stored in self._before.values()}

    def name(self, key: str) -> str:
        return show_name(self._students[key].student.name)

    def has(self, key: str) -> bool:
        """Whether somebody is on the roster."""
        return self._students[key].standing == "enrolled"

    def absent(self, handed_in: Collection[str]) -> list[str]:
        """Who of the roster has no hand-in."""
        return absent_of(self._students, {*handed_in, *self.in_doubt})

    def strangers(self, handed_in: Sequence[str]) -> list[str]:
        """Who of these is not on the roster: a line each, with whom it may mean."""
        strangers = [key for key in handed_in if not self.has(key)]
        if not strangers:  # as mostly, and a class has many words
            return []
        present = set(handed_in)
        by_word: dict[str, set[str]] = defaultdict(set)
        for key, stored in self._students.items():
            if stored.standing == "enrolled" and key not in present:
                words = name_words(stored.student.name)
                # Canvas runs the words of a name together.
                for word in chain(words, map("".join, permutations(sorted(words)[:MOST_WORDS], 2))):
                    by_word[word].add(key)
        return [self._stranger(key, by_word) for key in strangers]

    def _stranger(self, key: str, by_word: Mapping[str, Collection[str]]) -> str:
        words = name_words(self._students[key].student.name)
        shared = Counter(other for word in words for other in by_word.get(word, ()))
        near = [
            other
            for other, count in shared.items()
            if are_near(words, name_words(self._students[other].student.name), count)
        ]
        line = f"{self.name(key)}: not on the roster"
        if not near:
            return line
        names = some([self.name(other) for other in sorted(near)], NAMED)
        if self.name(key) in map(self.name, near):
            return (
                f"{line}, which has {some([self._told_apart(o) for o in sorted(near)], NAMED)}; if "
                f"{self._told_apart(key)} is meant, write both in the roster's cell, as with two "
                "e-mail addresses"
            )
        return f"{line}; if {names} is meant, write that name there as it is here"

    def save(self, store: Store) -> None:
        self._students |= with_doubts(self._students, self.in_doubt)
        changed = [s for key, s in self._students.items() if self._before.get(key) != s]
        store.set_students(changed, self._replaced, self._new_handles)

    # ------------------------------------------------------------ the roster

    def add_roster(self, roster: Sequence[Line], submissions: Sequence[Handed]) -> list[str]:
        """Note what the roster says of everybody; who is no longer on it is dropped."""
        self._is_listed = True
        handles = [handles_of(line) for line in roster]
        found = self._owners_of(handles, submissions)
        enrolled = set()
        notes = []
        for line, known, keys in zip(roster, handles, found, strict=True):
            key = keys[0] if keys else self._new(line, known)
            for other in keys[1:]:
                self._merge(other, key)
            self._know(key, known)
            before = self._students[key]
            self._students[key] = with_line(before, line)
            if before.standing and not name_words(before.student.name) & name_words(line.name):
                notes.append(
                    f"{show_name(before.student.name)}: called {show_name(line.name)} on the "
                    "roster now; if these are two, mend the number or address that they share"
                )
            if line.role == "dropped":
                self._students[key] = msgspec.structs.replace(
                    self._students[key], standing="dropped"
                )
                continue
            enrolled.add(key)
            self.extensions[key] = line.extension
        dropped = [k for k, s in self._students.items() if s.standing and k not in enrolled]
        gone = [key for key in dropped if not self._students[key].is_dropped]
        for key in gone:
            self._students[key] = msgspec.structs.replace(self._students[key], standing="dropped")
        if gone:
            notes.append(
                f"{some([self.name(key) for key in gone], NAMED)}: no longer on the roster; what "
                "is stored of them stays, and shows --with-dropped"
            )
        return notes

    def without_staff(
        self, submissions: Sequence[Handed], staff: Sequence[Line]
    ) -> tuple[Sequence[Handed], list[str]]:
        """The hand-ins that are not of these lines' people, and a note of those that are: teachers
        try their own assignments."""
        directory = Directory({str(place): handles_of(line) for place, line in enumerate(staff)})
        left, gone = [], []
        for submission in submissions:
            handles = known_by(submission)
            students = self._directory.known_as(handles) | self._directory.named(handles)
            if not any(map(self.has, students)) and (
                directory.known_as(handles) or directory.named(handles)
            ):
                gone.append(show_name(submission.name))
            else:
                left.append(submission)
        if not gone:
            return left, []
        return left, [f"left out, as staff by the roster: {some(gone, NAMED)}"]

    def _owners_of(
        self, lines: Sequence[Collection[Handle]], submissions: Sequence[Handed]
    ) -> list[list[str]]:
        """Whom each of a roster's lines is of, the surest first; several turn out to be one, though
        not by a name alone those of whom there are two hand-ins side by side."""
        found: list[list[str]] = []
        taken: set[str] = set()
        for line in lines:
            keys: list[str] = []
            for key in self._directory.all_known_as(line):
                handles = [self._directory.handles(other) for other in (*keys, key)]
                if key not in taken and not any(
                    are_two(*without_agreed(line, handles[-1], h)) for h in handles[:-1]
                ):
                    keys.append(key)
            taken |= set(keys)
            found.append(keys)
        by_name = [self._directory.named(line) - taken for line in lines]
        alike = taken.union(*by_name)
        for place, (line, keys) in enumerate(zip(lines, found, strict=True)):
            if not (keys or by_name[place]):
                near = self._directory.named_but_for_initials(line) - alike
                by_name[place] = {key for key in near if not self._students[key].standing}
        claims = Counter(key for named in by_name for key in named)
        present: set[str] | None = None
        for line, keys, named in zip(lines, found, by_name, strict=True):
            if len(named) != 1 or claims[key := next(iter(named))] > 1:
                continue
            if keys and present is None:
                known = (self._directory.known_as(known_by(each)) for each in submissions)
                present = set().union(*known)
            if present and key in present and not present.isdisjoint(keys):
                continue
            handles = [self._directory.handles(other) for other in keys]
            if not any(are_two(self._directory.handles(key), h) for h in (line, *handles)):
                keys.append(key)
        return found

    def _merge(self, old: str, new: str) -> None:
        """Two students turn out to be one."""
        self._know(new, self._directory.handles(old))
        self._directory.remove(old)
        self._new_handles.pop(old, None)
        gone = self._students.pop(old)
        stored = self._students[new]
        if not stored.submission:
            stored = msgspec.structs.replace(
                stored, submission=gone.submission, submitted_at=gone.submitted_at
            )
        self._students[new] = stored
        if old in self._before:
            self._replaced.append((old, new))

    # ------------------------------------------------------------ what was handed in

    def add_submissions(self, submissions: Sequence[Handed], *, teams: bool) -> Enrolment:
        """Find whose each is; whoever is not known yet is new."""
        handed: dict[str, list[Handed]] = defaultdict(list)
        of_groups = set()
        notes: list[str] = []
        refused = 0
        new: dict[Handle, tuple[str, list[Handle]]] = {}
        claims = Claims(self._students, self._directory).of(submissions)
        for submission, claim in zip(submissions, claims, strict=True):
            if len(claim.keys) > 1 and not claim.is_group:
                notes.append(self._unsettled(submission, claim.keys))
                for key in claim.keys:
                    self.in_doubt[key].append(submission.source)
                refused += 1
                continue
            of_groups |= {submission.source} if claim.is_group else set()
            if claim.is_near:
                (key,) = claim.keys
                who = self._told_apart(key)
                notes.append(f"{show_name(submission.source)}: taken to be {who}'s")
            for key in claim.keys or [self._newcomer(submission, new)]:
                handed[key].append(submission)
        result = {}
        for key, several in handed.items():
            one = several[0] if len(several) == 1 else in_conflict(several)
            # What is a group's or in dispute tells nothing of a person.
            if len(several) == 1 and one.source not in of_groups:
                self._know(key, known_by(one))
                self._students[key] = with_handed(self._students[key], one)
            self._note(key, one, one.upload)
            result[key] = one
        notes += spelled_alike(one for key, one in result.items() if not self.has(key))
        own = {key: one for key, one in result.items() if one.source not in of_groups}
        if teams:
            for key, one in shared(own, self._students).items():
                if key not in result:
                    self._note(key, one, "")
                result[key] = one
        elif self._is_listed and not of_groups and (question := may_be_teams(own, self._students)):
            notes.append(question)
        return Enrolment(list(result.items()), notes, refused)

    def _note(self, key: str, handed: Handed, upload: str) -> None:
        """That somebody has this hand-in."""
        stored = self._students[key]
        self._students[key] = msgspec.structs.replace(
            stored,
            source=stored.source or self._free_source(handed.source),
            submission=printable(handed.source, MAX_NAME_CHARACTERS),
            submitted_at=handed.submitted_at or stored.submitted_at,
            upload=storable(upload) or stored.upload,
        )

    def _newcomer(self, submission: Handed, new: dict[Handle, tuple[str, list[Handle]]]) -> str:
        """Whom nobody knew before this run; `new`: who is, by what is one person's own, and what
        else is known of them."""
        known = known_by(submission)
        own = [(kind, fold(value)) for kind, value in known if is_own(kind, value)]
        for handle in own:
            if handle in new and not are_two(known, new[handle][1]):
                return new[handle][0]
        key = self._new(submission, known)
        new |= dict.fromkeys(own, (key, known))
        return key

    def _unsettled(self, submission: Handed, may_be: Iterable[str]) -> str:
        people = some([self._told_apart(key) for key in sorted(may_be)], NAMED)
        line = (
            f"{show_name(submission.source)}: may be of {people}, so it is not graded; settle it "
            "by a roster that has what the download says of them (Moodle: the assignment's grading "
            "worksheet), or call the folder by a number, e-mail address or login"
        )
        if all(map(self.has, may_be)):
            return line
        return f"{line}; if they are one, write both e-mail addresses in the roster's cell"

    def _told_apart(self, key: str) -> str:
        student = self._students[key].student
        what = student.identifier or student.email or student.login or student.github or key
        return f"{self.name(key)} ({show_name(what)})"

    # ------------------------------------------------------------ students

    def _new(self, of: Line | Handed, handles: Collection[Handle]) -> str:
        number = first(handles, "identifier") or first(handles, "number").partition(":")[2]
        seed = (
            ("roster", *(value for _, value in handles)) if isinstance(of, Line) else (of.source,)
        )
        known = (first(handles, kind) for kind in SHOWN)
        name = storable(of.name or next(filter(None, known), number))
        number = "" if number == name else storable(number)
        key = new_key(name, number, storable("\0".join(seed)), self._keys)
        self._keys.add(key.casefold())
        self._students[key] = StoredStudent(Person(key=key, name=name), None, "", "")
        return key

    def _free_source(self, source: str) -> str:
        """The first hand-in's name; the store has each but once, and a group's is of several."""
        source = storable(source)
        if source in self._sources:
            source = f"{source} {len(self._sources)}"
        self._sources.add(source)
        return source

    def _know(self, key: str, handles: Iterable[Handle]) -> None:
        new = {(kind, storable(value)) for kind, value in handles}
        new -= self._directory.handles(key)
        self._directory.add(key, new)
        self._new_handles[key] |= new


def are_near(words: set[str], others: set[str], shared: int) -> bool:
    """Whether names of these words may be one person's: a second name, a title or a nickname more,
    or less, or two of them run together."""
    is_run_together = len(words) == 1 and words.isdisjoint(others) and len(others) > 2
    return is_run_together or 2 <= shared >= min(len(words), len(others))


def in_conflict(several: Sequence[Handed]) -> Handed:
    """Hand-ins that claim one person: none is graded, unless all are the same."""
    loads = {show_name(handed.source): handed.load for handed in several}
    newest = max(several, key=lambda handed: handed.submitted_at)
    return replace(newest, load=partial(load_same, newest.source, loads), times={}, times_of=None)
