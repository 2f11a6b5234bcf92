"""nbgrader: submitted/<student>/<assignment>/… with timestamp.txt; in its exchange
<student>+<assignment>+<time>[+<random>]/…, of which the newest counts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC
from functools import partial

from grader.files import FileError
from grader.intake.layouts.base import Handed, Listing, Reading, load_all, some_names
from grader.intake.times import parse_time
from grader.intake.tree import Parts, is_submission_file
from grader.text import utc_text

_EXCHANGE = re.compile(r"(?P<student>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(?:\+[^+]+)?")
_TIMESTAMP = "timestamp.txt"
SUBMITTED = "submitted"
COURSE_FOLDERS = frozenset({"source", "release", "autograded", "feedback"})  # beside that one
_MAX_TIME_BYTES = 1024


class Nbgrader:
    name = "nbgrader"
    title = "nbgrader's folders of submissions"
    is_sure = False

    def claims(self, listing: Listing) -> set[str]:
        return {parts[0] for parts, _, _ in _found(listing)}

    def read(self, listing: Listing) -> Reading:
        newest: dict[tuple[str, str], tuple[str, Parts]] = {}
        for parts, student, assignment in _found(listing):
            candidate = (_time(listing, parts), parts)
            newest[student, assignment] = max(
                candidate, newest.get((student, assignment), candidate)
            )
        by_student: dict[str, list[tuple[str, Parts]]] = defaultdict(list)
        for (student, _), found in newest.items():
            by_student[student].append(found)
        read = {parts[0] for parts, _, _ in _found(listing)}
        reading = Reading(ignored=[name for name in listing.names if name not in read])
        dateless = [
            "/".join(parts)
            for time, parts in newest.values()
            if not time and _TIMESTAMP in listing.below(*parts)
        ]
        if dateless:
            reading.notes.append(
                f"{_TIMESTAMP} can't be read, so they are taken to be in time: "
                f"{some_names(dateless)}"
            )
        for student, folders in by_student.items():
            loads = [listing.item(*parts) for _, parts in folders]
            load = partial(load_all, student, loads) if len(loads) > 1 else loads[0]
            last = max(time for time, _ in folders)
            reading.submissions.append(Handed(student, student, load, (("word", student),), last))
        return reading


def _found(listing: Listing) -> Iterator[tuple[Parts, str, str]]:
    """Each assignment's folder, the student and the assignment."""
    for name in listing.folders():
        if match := _EXCHANGE.fullmatch(name):
            yield (name,), match["student"], match["assignment"]
            continue
        if any(is_submission_file(inner) for inner in listing.below(name)):
            continue  # a student's own folders beside what is handed in
        for inner in listing.folders(name):
            if _EXCHANGE.fullmatch(inner):
                break  # the exchange's own folder
            if listing.title == SUBMITTED or _TIMESTAMP in listing.below(name, inner):
                yield (name, inner), name, inner


def _time(listing: Listing, parts: Parts) -> str:
    """When it was handed in: as its own file says, or else the exchange's name for its folder."""
    try:
        data = listing.tree.read((*listing.top, *parts, _TIMESTAMP), _MAX_TIME_BYTES)
        time = parse_time(data.decode(), listing.zone)
    except (FileError, OSError, KeyError, UnicodeDecodeError):
        time = None
    if time is None and (match := _EXCHANGE.fullmatch(parts[-1])):
        time = parse_time(match["time"], UTC)
    return utc_text(time) if time else ""
