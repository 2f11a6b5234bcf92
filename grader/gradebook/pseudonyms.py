"""A gradebook without names: stable pseudonyms, and the one file that leads back from them.

Best effort in texts: where a message, an output or a reason holds the student's own name, numbers,
login or key as it stands in the gradebook, the pseudonym takes its place. Nicknames, misspellings
and the names of others stay, and so do times and scores, by which a person may be known.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from grader.files import write_bytes
from grader.gradebook.formats.csv_files import cell
from grader.gradebook.model import AssignmentInfo, Entry, HandIn, Person, SortableGradebook
from grader.gradebook.scores import ExportError, one_line
from grader.report.model import AssignmentReport, CheckResult

HEADER = ["key", "pseudonym", "name"]
SHORTEST = 6  # hexadecimal digits; more where two students would have the same
DOTLESS_I, DOT_ABOVE = "\u0131", "\u0307"
MIN_CHARACTERS = 3  # shorter names and numbers are not looked for: they are part of too much


class Mapping:
    """key -> pseudonym, kept in a CSV that only its owner may read. It only ever grows.

    The first row has no key: its pseudonym is the secret from which all others are derived, so
    that nobody can derive them from a class list.
    """

    def __init__(self, path: Path) -> None:
        """Read the file, if there is one.

        Raises:
            ExportError: it is not such a file; it is left as it is.
        """
        self._path = path
        self._rows: list[list[str]] = []
        self._pseudonyms: dict[str, str] = {}
        self._taken: set[str] = set()
        self._is_changed = False
        if path.exists():
            self._read(path)
        else:
            self._secret = secrets.token_hex(32)
            self._rows.append(["", self._secret, "the secret of this file"])

    def _read(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode("utf-8", "surrogatepass")
            header, *self._rows = csv.reader(io.StringIO(text, newline=""))
            key, self._secret, _ = self._rows[0]
            if header != HEADER or key or len(bytes.fromhex(self._secret)) < 32:
                raise ValueError
            for key, pseudonym, _ in self._rows[1:]:
                self._pseudonyms[_restored(key)] = pseudonym
            self._taken = set(self._pseudonyms.values())
            if not len(self._taken) == len(self._pseudonyms) == len(self._rows) - 1:
                raise ValueError
        except (ValueError, IndexError, csv.Error):
            raise ExportError(
                f"{path}: it is no mapping of pseudonyms, or a damaged one; name another file, or "
                "restore this one, as the old pseudonyms can't be made again without it"
            ) from None

    def pseudonym_of(self, student: Person) -> str:
        """The student's pseudonym; a new one is in the file once `save` has been called."""
        known = self._pseudonyms.get(student.key)
        if known is not None:
            return known
        key = student.key.encode("utf-8", "surrogatepass")
        digest = hmac.new(bytes.fromhex(self._secret), key, hashlib.sha256).hexdigest()
        pseudonym = next(
            name
            for length in range(SHORTEST, len(digest) + 1)
            if (name := f"student-{digest[:length]}") not in self._taken
        )
        self._taken.add(pseudonym)
        self._pseudonyms[student.key] = pseudonym
        self._rows.append([_guarded(student.key), pseudonym, cell(one_line(student.name))])
        self._is_changed = True
        return pseudonym

    def save(self) -> None:
        """Replace the file, if there is anything new, by one for its owner's eyes (mode 600)."""
        if not self._is_changed:
            return
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([HEADER, *self._rows])
        mask = os.umask(0o077)
        try:
            write_bytes(self._path, text.getvalue().encode("utf-8", "surrogatepass"))
        finally:
            os.umask(mask)
        self._is_changed = False


def _guarded(key: str) -> str:
    """`key` as a harmless cell from which it can be had back."""
    return f"'{key}" if key.startswith("'") or cell(key) != key else key


def _restored(text: str) -> str:
    return text.removeprefix("'")


class Pseudonymised:
    """A gradebook in which pseudonyms stand for students; sorted by them, as names would tell.

    Each iteration first writes the mapping, then gives out entries.
    """

    def __init__(self, gradebook: SortableGradebook, mapping_path: Path) -> None:
        """Read the mapping, if there is one.

        Raises:
            ExportError: the file is not one.
        """
        self._gradebook = gradebook
        self._mapping = Mapping(mapping_path)
        self.title: str = gradebook.title
        self.assignments: list[AssignmentInfo] = gradebook.assignments

    def __iter__(self) -> Iterator[Entry]:
        entries = self._gradebook.sorted_by(self._mapping.pseudonym_of)
        self._mapping.save()
        for entry in entries:
            yield pseudonymised(entry, self._mapping.pseudonym_of(entry.student))

    def people(self) -> Iterator[Person]:
        pseudonyms = sorted(map(self._mapping.pseudonym_of, self._gradebook.people()))
        return (Person(key=pseudonym, name=pseudonym) for pseudonym in pseudonyms)


def pseudonymised(entry: Entry, pseudonym: str) -> Entry:
    """The entry with the pseudonym for key and name, and nothing else of who the student is.

    No digest of a file either: whoever has the file could tell whose it is.
    """
    shown = replace(
        entry,
        student=Person(key=pseudonym, name=pseudonym),
        report=None if entry.report is None else replace(entry.report, submission=pseudonym),
        hand_ins={
            slug: HandIn(submitted_at=each.submitted_at) for slug, each in entry.hand_ins.items()
        },
        overrides=[replace(o, reason=one_line(o.reason)) for o in entry.overrides],
        comments=[replace(c, text=one_line(c.text)) for c in entry.comments],
        extensions=[replace(e, reason=one_line(e.reason)) for e in entry.extensions],
        doubt=pseudonym if entry.doubt else "",
    )
    told = told_of(entry)
    # Few reports hold any of it, and to look into each of their texts takes longest.
    looked_at = _without_case("\n".join(texts_of(shown)))
    if any(_without_case(text) in looked_at for text in told):
        return hidden_entry(shown, hide(told, pseudonym))
    return shown


def told_of(entry: Entry) -> set[str]:
    """By which texts an entry's student is known."""
    student = entry.student
    told = {student.key, student.name, student.identifier, student.email, student.login}
    told |= {student.github, student.number.rpartition(":")[2]}
    if entry.report is not None:
        told.add(entry.report.submission)
    first, _, last = student.name.rpartition(" ")
    if "," in student.name:
        last, _, first = (part.strip() for part in student.name.partition(","))
    if first and last:
        told |= {f"{first} {last}", f"{last}, {first}", f"{last} {first}"}
    # As they come out of the worker: made printable.
    told |= {one_line(text) for text in told}
    return {text for text in map(str.strip, told) if len(text) >= MIN_CHARACTERS}


def _without_case(text: str) -> str:
    """For finding all that a pattern finds that ignores case, and a little more."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace(DOTLESS_I, "i").replace(DOT_ABOVE, "")


def texts_of(entry: Entry) -> list[str]:
    """All texts in which somebody may be named."""
    texts = [override.reason for override in entry.overrides]
    texts += [extension.reason for extension in entry.extensions]
    texts += [comment.text for comment in entry.comments]
    for assignment in [] if entry.report is None else entry.report.assignments:
        texts += [assignment.output, assignment.read_from, *assignment.notes]
        texts += [check.message for check in assignment.checks]
        texts += [check.hint for check in assignment.checks]
    return texts


def hide(told: Iterable[str], pseudonym: str) -> Callable[[str], str]:
    """What puts the pseudonym where a text has one of these, in any case of letters."""
    longest_first = sorted(told, key=lambda text: (-len(text), text))
    pattern = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    return lambda text: pattern.sub(pseudonym, text) if text else text


def hidden_entry(entry: Entry, hidden: Callable[[str], str]) -> Entry:
    """The entry with `hidden` of each of its texts."""
    report = entry.report
    if report is not None:
        assignments = [hidden_assignment(each, hidden) for each in report.assignments]
        report = replace(report, assignments=assignments)
    return replace(
        entry,
        report=report,
        overrides=[replace(o, reason=hidden(o.reason)) for o in entry.overrides],
        comments=[replace(c, text=hidden(c.text)) for c in entry.comments],
        extensions=[replace(e, reason=hidden(e.reason)) for e in entry.extensions],
    )


def hidden_assignment(
    assignment: AssignmentReport, hidden: Callable[[str], str]
) -> AssignmentReport:
    checks = [hidden_check(check, hidden) for check in assignment.checks]
    return replace(
        assignment,
        checks=checks,
        output=hidden(assignment.output),
        read_from=hidden(assignment.read_from),
        notes=[hidden(note) for note in assignment.notes],
    )


def hidden_check(check: CheckResult, hidden: Callable[[str], str]) -> CheckResult:
    return replace(check, message=hidden(check.message), hint=hidden(check.hint))
