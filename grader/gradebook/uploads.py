"""Names under which course systems take feedback back: those of their own downloads.

Moodle   Jane Doe_222_assignsubmission_file/feedback.html, in a zip of all of them: the number
         after the name is that of the place in one assignment
Canvas   doejane_77_1001_feedback.html, likewise: the numbers are the user's and that of a file
         of theirs
ILIAS    multi_feedback/Doe_Jane_jdoe_4711/feedback.html, likewise: the number is the user's
"""

from __future__ import annotations

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
            names[stored.student.key] = start + FILE
    if not names:
        raise ExportError(
            f"nobody's hand-in came in a download from {system}; grade that with grader batch first"
        )
    return names


def next_step(system: str, folder: Path) -> str:
    """What to do with the pages in `folder`."""
    return f"{system}: zip what is in {folder}, and hand that over at {SYSTEMS[system]}"
