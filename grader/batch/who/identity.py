"""What a roster's line or a hand-in tells of who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from grader.batch.who.keys import storable
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Person
from grader.gradebook.people import Handle, is_of_the_person, name_forms, words_of
from grader.intake.layouts import Handed
from grader.intake.roster import Line
from grader.text import fold


def handles_of(line: Line) -> list[Handle]:
    known = [
        *(("number", number) for number in line.numbers),
        *(("identifier", identifier) for identifier in line.identifiers),
        *(("email", address) for address in (line.email, *line.other_emails)),
        ("login", line.login),
        ("github", line.github),
        ("name", line.name),
        ("name", line.also_called),
    ]
    return [handle for handle in known if handle[1]]


def known_by(submission: Handed) -> list[Handle]:
    """A submission's handles, and what it is called unless somebody chose that."""
    handles = list(submission.handles)
    if not any(kind == "github" for kind, _ in handles):
        handles.append(("source", submission.source))
    return [(kind, storable(value)) for kind, value in handles]


def is_own(kind: str, value: str) -> bool:
    """Whether this is one person's own: who has the same in another hand-in is nobody else."""
    if kind == "number":
        return is_of_the_person(value)
    return kind in ("identifier", "email", "login", "github")


def with_line(stored: StoredStudent, line: Line) -> StoredStudent:
    """`stored` with what the roster says; what it does not say stays."""
    old = stored.student
    number = next(filter(is_of_the_person, line.numbers), "")
    student = Person(
        key=old.key,
        name=storable(line.name) or old.name,
        identifier=storable(line.identifier) or old.identifier or number.partition(":")[2],
        email=storable(line.email) or old.email,
        login=storable(line.login) or old.login,
        section=storable(line.section) or old.section,
        group=storable(line.group) or old.group,
        github=storable(line.github) or old.github,
        number=storable(number) or old.number,
    )
    return msgspec.structs.replace(
        stored,
        student=student,
        submitted_at=line.submitted_at or stored.submitted_at,
        standing="enrolled",
    )


def with_handed(stored: StoredStudent, handed: Handed) -> StoredStudent:
    """`stored` with what a submission of theirs tells; what it does not tell stays."""
    old = stored.student
    handles = known_by(handed)
    number = next((v for kind, v in handles if kind == "number" and is_of_the_person(v)), "")
    bare = number.partition(":")[2]
    identifier = first(handles, "identifier")
    student = Person(
        key=old.key,
        name=old.name if stored.standing and old.name else better_name(old.name, handles),
        identifier=identifier or bare if old.identifier in ("", bare) else old.identifier,
        email=old.email or first(handles, "email"),
        login=old.login or first(handles, "login"),
        section=old.section,
        group=old.group,
        github=old.github or first(handles, "github"),
        number=old.number or number,
    )
    return msgspec.structs.replace(stored, student=student)


def with_doubts(
    students: Mapping[str, StoredStudent], in_doubt: Mapping[str, Sequence[str]]
) -> dict[str, StoredStudent]:
    """Those of whom something else is in doubt than was before, by key; `in_doubt`: what each may
    have handed in, of this run."""
    doubts = {key: storable(", ".join(in_doubt.get(key, ()))) for key in students}
    return {
        key: msgspec.structs.replace(students[key], doubt=doubt)
        for key, doubt in doubts.items()
        if doubt != students[key].doubt
    }


def better_name(old: str, handles: Collection[Handle]) -> str:
    """A name in words rather than one that is run together; a new one of whoever has changed it."""
    new = first(handles, "name")
    if not new or name_forms(old) & name_forms(new):
        return new if " " in new and " " not in old else old
    return new


def first(handles: Iterable[Handle], kind: str) -> str:
    return next((value for of, value in handles if of == kind), "")


def name_words(name: str) -> set[str]:
    return {fold(word) for word in words_of(name)}


def without_agreed(line: Collection[Handle], *people: Collection[Handle]) -> Iterator[list[Handle]]:
    """What is known of people, without the kinds of which a roster's line has each one's: somebody
    with two addresses."""
    said = {(kind, fold(value)) for kind, value in line}
    agreed = [{k for k, value in known if (k, fold(value)) in said} for known in people]
    kinds = set.intersection(*agreed)
    return ([handle for handle in known if handle[0] not in kinds] for known in people)
