"""Whether results on a disk can be believed: what can't be read, why, and what to do about it."""

from __future__ import annotations

import sqlite3

import msgspec

from grader.report.model import AssignmentReport, contradiction

NEXT = {
    sqlite3.SQLITE_NOTADB: "it is damaged: see grader doctor --results",
    sqlite3.SQLITE_CORRUPT: "it is damaged: see grader doctor --results",
    sqlite3.SQLITE_READONLY: "let this user write there, then run the same command again",
    # Also where a disk has room for no more files.
    sqlite3.SQLITE_CANTOPEN: "let this user write there, or make room (df -i counts files), then "
    "run the same command again",
    sqlite3.SQLITE_PERM: "let this user write there, then run the same command again",
    sqlite3.SQLITE_BUSY: "wait for the other grader command, or end it",
    sqlite3.SQLITE_LOCKED: "wait for the other grader command, or end it",
}
_REPORT = msgspec.json.Decoder(AssignmentReport)
OTHERWISE = (
    "what was stored so far is kept: make room or mend the disk, then run the same command again"
)


class UnreadableError(ValueError):
    """A stored result that is none, or not the one that it should be: says why."""


def read_report(stored: object, slug: str, score: object, max_score: object) -> AssignmentReport:
    """The report in a row on assignment `slug` that says it is of `score` out of `max_score`.

    Raises:
        UnreadableError: it can't be believed.
    """
    if not isinstance(stored, bytes | str):
        raise UnreadableError("it holds no report")
    try:
        report = _REPORT.decode(stored)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(str(error)) from None
    if (report.score, report.max_score) != (score, max_score):
        raise UnreadableError("its score is not its report's")
    if why := contradiction(report, slug):
        raise UnreadableError(why)
    return report


def next_step(error: sqlite3.Error) -> str:
    """What to do where SQLite can't go on."""
    code = getattr(error, "sqlite_errorcode", None)
    return OTHERWISE if code is None else NEXT.get(code & 0xFF, OTHERWISE)
