"""Names under which course systems take feedback back: those of their own downloads.

Moodle   Jane Doe_222_assignsubmission_file/feedback.html, in a zip of all of them: the number
         after the name is that of the place in one assignment
Canvas   doejane_77_1001_feedback.html, likewise: the numbers are the user's and that of a file
         of theirs
ILIAS    multi_feedback/Doe_Jane_jdoe_4711/feedback.html, likewise: the number is the user's
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.scores import ExportError, label, note

# Where each takes the zip.
SYSTEMS = {
    "moodle": "the assignment's submissions, Upload multiple feedback files in a zip",
    "canvas": "the gradebook's menu of the assignment, Upload Submissions",
    "ilias": "the exercise's Submissions and Grades, Multi-Feedback",
}
FILE = "feedback.html"

# What names of files can't hold everywhere, as Windows's own marks, and what leads out of the
# folder, as a name in a zip may. The systems look at the numbers alone.
_UNSAFE = re.compile(r'[\\:*?"<>|]|\A/|(?<=\.\.)/')
MOST_BYTES = 200  # of a name, so that what is added to it leaves room on any file system
# Canvas takes the first number for the user's, and so a name that is one.
_NUMBER_FOR_A_NAME = re.compile(r"\A\d+_(?=(?:LATE_)?\d+_\d+_\Z)")


def upload_names(students: Iterable[StoredStudent], system: str) -> dict[str, str]:
    """By student's key where in the folder their page goes; whoever has no place is told.

    Raises:
        ExportError: there is no such system, or no download of it was graded.
    """
    if system not in SYSTEMS:
        raise ExportError(f"no system {system!r} takes feedback; there are {', '.join(SYSTEMS)}")
    students = list(students)
    owners = Counter(stored.upload for stored in students)
    names = {}
    for stored in students:
        of, _, start = stored.upload.partition(":")
        if of != system:
            note(f"{system}: {label(stored.student)} is left out: not in a download from it")
        elif owners[stored.upload] > 1:
            # Moodle would take a group's number for a person's.
            note(f"{system}: {label(stored.student)} is left out: it was handed in as a group")
        else:
            names[stored.student.key] = portable(start, system) + FILE
    if not names:
        raise ExportError(
            f"nobody's hand-in came in a download from {system}; grade that with grader batch first"
        )
    return names


def portable(start: str, system: str) -> str:
    """`start` as a path below the folder on any file system, with its numbers."""
    shown = "".join(c if c.isprintable() else "-" for c in _UNSAFE.sub("-", start))
    # The end is kept of each part, as the numbers stand there.
    start = "/".join(
        part.encode()[-MOST_BYTES:].decode(errors="ignore") for part in shown.split("/")
    )
    return _NUMBER_FOR_A_NAME.sub("", start) if system == "canvas" else start


def next_step(system: str, folder: Path) -> str:
    """What to do with the pages in `folder`."""
    return f"{system}: zip what is in {folder}, and hand that over at {SYSTEMS[system]}"
