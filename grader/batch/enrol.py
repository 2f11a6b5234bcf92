"""Who is who: what was handed in, the roster, and whoever is stored already, made one list.

A student keeps the key once given, whatever later runs and rosters add.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from grader.gradebook.model import Student
from grader.gradebook.store import Store, StoredStudent
from grader.intake.layouts import Handed
from grader.intake.roster import Line, Person, match
from grader.submissions.reading import MAX_NAME_CHARACTERS
from grader.text import printable, show_name

KEY_CHARACTERS = 60
# Names that Windows keeps for devices; a key is a file name in some exports.
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@dataclass(frozen=True)
class Enrolment:
    """The keys of those who handed something in, in the order given; what is odd, a line each."""

    keys: list[str]
    notes: list[str]


def enrol(store: Store, submissions: Sequence[Handed], roster: Sequence[Line] | None) -> Enrolment:
    """Store who handed in these submissions, and who else is on the roster."""
    before = {stored.student.key: stored for stored in store.students()}
    by_source = {stored.source: stored for stored in before.values() if stored.source is not None}
    students = dict(before)
    keys = []
    for handed in submissions:
        source = storable(handed.source)
        known = by_source.get(source)
        if known is None:
            key = new_key(handed.name, handed.identifier, source, students)
            known = StoredStudent(
                student=Student(key=key, name=""), source=source, submission="", submitted_at=""
            )
        students[known.student.key] = updated(known, handed)
        keys.append(known.student.key)
    notes: list[str] = []
    replaced: list[tuple[str, str]] = []
    dropped: list[str] = []
    if roster is not None:
        matched, replaced = add_roster(students, roster)
        dropped = [
            key
            for key, stored in students.items()
            if stored.source is None and key not in matched and key in before
        ]
        notes = [
            f"{show_name(handed.name)}: not on the roster"
            for key, handed in zip(keys, submissions, strict=True)
            if key not in matched
        ]
    changed = [stored for key, stored in students.items() if before.get(key) != stored]
    store.set_students(changed, replaced, dropped)
    return Enrolment(keys, notes)


def updated(known: StoredStudent, handed: Handed) -> StoredStudent:
    """`known` with what the submission tells; what it does not tell stays."""
    old = known.student
    student = Student(
        key=old.key,
        name=old.name or storable(handed.name),
        identifier=old.identifier or storable(handed.identifier),
        email=old.email or storable(handed.email),
        login=old.login,
    )
    return StoredStudent(
        student=student,
        source=known.source,
        submission=printable(handed.source, MAX_NAME_CHARACTERS),
        submitted_at=handed.submitted_at or known.submitted_at,
        upload=storable(handed.upload) or known.upload,
    )


def add_roster(
    students: dict[str, StoredStudent], roster: Sequence[Line]
) -> tuple[set[str], list[tuple[str, str]]]:
    """Add what the roster says to `students`, and those who are on it alone.

    Returns:
        The keys of those on the roster, and (old key, new key) of those who were on a roster alone
        and have handed something in since: the old ones are taken out of `students`.
    """
    keys = [key for key, stored in students.items() if stored.source is not None]
    alone = [key for key, stored in students.items() if stored.source is None]
    matched = match(roster, [person_of(students[key]) for key in keys])
    matched_alone = match(roster, [person_of(students[key]) for key in alone])
    on_it: set[str] = set()
    replaced: list[tuple[str, str]] = []
    for number, line in enumerate(roster):
        key = keys[matched[number]] if number in matched else None
        key_alone = alone[matched_alone[number]] if number in matched_alone else None
        if key is not None and key_alone is not None:
            del students[key_alone]
            replaced.append((key_alone, key))
        key = key or key_alone
        if key is None:
            seed = "\0".join(("roster", line.name, *line.identifiers, line.email, line.login))
            key = new_key(line.name or line.email or line.login, line.identifier, seed, students)
            empty = Student(key=key, name="")
            students[key] = StoredStudent(
                student=empty, source=None, submission="", submitted_at=""
            )
        students[key] = with_line(students[key], line)
        on_it.add(key)
    return on_it, replaced


def with_line(stored: StoredStudent, line: Line) -> StoredStudent:
    old = stored.student
    student = Student(
        key=old.key,
        name=storable(line.name) or old.name,
        # The course system's number, where its names tell it, is what it knows a student by.
        identifier=old.identifier or storable(line.identifier),
        email=storable(line.email) or old.email,
        login=storable(line.login) or old.login,
    )
    submitted_at = line.submitted_at or stored.submitted_at
    return msgspec.structs.replace(stored, student=student, submitted_at=submitted_at)


def person_of(stored: StoredStudent) -> Person:
    student = stored.student
    known = (student.identifier, student.email, student.login, stored.source or "")
    return Person(student.name, tuple(filter(None, known)))


# ---------------------------------------------------------------- keys


def new_key(name: str, identifier: str, seed: str, taken: Collection[str]) -> str:
    """A key that no other has, on any file system: readable, and told apart by a digest of `seed`
    where that takes one."""
    key = safe("-".join(filter(None, (name, identifier))))
    folded = {other.casefold() for other in taken}
    if not key or RESERVED.fullmatch(key) or key.casefold() in folded:
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        length = 8
        stem = f"{key}-" if key else "student-"
        key = stem + digest[:length]
        while key.casefold() in folded:
            length += 8
            key = stem + digest[:length]
    return key


def safe(text: str) -> str:
    """`text` in ASCII's letters, digits, dots, hyphens and underscores; its ends are letters or
    digits."""
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    hyphened = re.sub(r"[^A-Za-z0-9._]+|\.{2,}", "-", decomposed).strip("-._")
    return hyphened[:KEY_CHARACTERS].rstrip("-._")


def storable(text: str) -> str:
    """As written, but for what is no text: bytes in file names that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
