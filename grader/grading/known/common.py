"""Results that modules of one meaning share: the first of a class pays, the others are looked up.

Shared is only what says nothing about the text itself, of which each student has their own.
"""

from __future__ import annotations

import re

import msgspec

from grader.course.manifest import Course
from grader.grading.key import Key, digest
from grader.report.model import AssignmentReport
from grader.submissions.code.meaning import meaning_of
from grader.submissions.model import Source
from grader.submissions.untouched import is_untouched

# What checks conclude from a module's behaviour alone.
BEHAVED = frozenset({"passed", "failed", "not_judged"})
_PLACE = re.compile(r"\b(?:line|lines|cell)\b|\.py\b")


def meant_by(course: Course, key: Key, source: Source | None) -> Key | None:
    """The key of all modules that mean what this one does; None: it stands for itself.

    Args:
        key: of this module's own result.
        source: the module, if there is one.
    """
    # A stub that has got a comment is no longer untouched, which is told of it as a text.
    if source is None or is_untouched(course, source) or not (meaning := meaning_of(source)):
        return None
    return msgspec.structs.replace(key, code=digest([b"meaning", meaning.encode()]))


def is_common(report: AssignmentReport) -> bool:
    """Whether `report` holds for every module of the same meaning: it names no line of the text,
    and nothing that was printed."""
    return not (report.output or report.notes) and all(
        check.verdict in BEHAVED and check.line is None and not _PLACE.search(check.message)
        for check in report.checks
    )


def as_ones_own(report: AssignmentReport, source: Source) -> AssignmentReport:
    """A common report, of this student's file."""
    return msgspec.structs.replace(report, read_from=source.read_from)
