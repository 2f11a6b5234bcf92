"""Gradescope: grades /autograder/submission and writes /autograder/results/results.json.

Their smallest machine has half a core, 768 MB of memory and 10 minutes; limits are cut to fit it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from grader.course.manifest import Assignment, load_course
from grader.errors import FAILED, GRADED
from grader.files import write_bytes
from grader.gradebook.formats.gradescope import results_of
from grader.gradebook.model import lone_entry
from grader.gradebook.scores import clean
from grader.hosts.run import GradedFolder, grade_folder, named_assignments, reason
from grader.text import printable

# For a worker, above what the zygote holds. All together then stay below the 768 MB, and the system
# need not choose which process to kill.
MEMORY_MIB = 256
TOTAL_S = 540.0  # for all assignments; the rest of the 10 minutes is for starting and writing
MAX_METADATA_BYTES = 16 << 20
MAX_PROBLEMS = 20

CONTAINER_LINE = (
    "This machine lacks a part of the grader's sandbox; "
    "Gradescope's container is the wall around the submission."
)


class AssignmentMetadata(msgspec.Struct):
    """Of submission_metadata.json: what the assignment is called."""

    title: str = ""


class SubmissionMetadata(msgspec.Struct):
    """The part of submission_metadata.json that matters here."""

    assignment: AssignmentMetadata = msgspec.field(default_factory=AssignmentMetadata)


def main(root: Path) -> int:
    """Grade the submission in Gradescope's folder `root`, `/autograder` there.

    results.json is written whatever happens; on a failure it says so in a line.
    """
    # One thread for our own arithmetic: the core is the worker's. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    target = root / "results" / "results.json"
    try:
        course = load_course()
        title = assignment_title(root / "submission_metadata.json")
        wanted = fitted(named_assignments(course, title))
        run = grade_folder(course, root / "submission", wanted, jobs=1, need_jail=False)
        results = results_of_run(run)
        status = GRADED
    except Exception as error:  # our own bugs, too, must not cost anyone points unseen
        print(f"grader: {reason(error)}", file=sys.stderr)
        results = failure(reason(error))
        status = FAILED
    write_bytes(target, msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    return status


def fitted(assignments: Sequence[Assignment]) -> list[Assignment]:
    """With limits under which all together fit into the smallest machine."""
    return [
        msgspec.structs.replace(
            assignment,
            limits=msgspec.structs.replace(
                assignment.limits,
                memory_mib=min(assignment.limits.memory_mib, MEMORY_MIB),
                wall_s=min(assignment.limits.wall_s, TOTAL_S / len(assignments)),
            ),
        )
        for assignment in assignments
    ]


def assignment_title(path: Path) -> str:
    """What the assignment is called on Gradescope; "" if that can't be told."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_METADATA_BYTES)
        return msgspec.json.decode(content, type=SubmissionMetadata).assignment.title
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return ""


def results_of_run(run: GradedFolder) -> dict[str, Any]:
    report = run.report
    results = results_of(clean(lone_entry(report)))
    lines = [results["output"], *(printable(p, 300) for p in run.problems[:MAX_PROBLEMS])]
    if all(a.status == "missing" for a in report.assignments):
        names = ", ".join(f"{a.slug}.py" for a in report.assignments)
        lines.append(f"No module was found; hand in: {names}")
    if not run.jailed:
        lines.append(CONTAINER_LINE)
        off = [name for name, on in report.environment.protections.items() if not on]
        print(f"grader: protections that this machine lacks: {', '.join(off)}")
    results["output"] = "\n".join(lines)
    results["extra_data"] = {"protections": report.environment.protections}
    return results


def failure(why: str) -> dict[str, Any]:
    """A valid results.json where nothing was graded. Gradescope takes no file without a score."""
    return {
        "score": 0,
        "output": "The autograder failed and graded nothing, which is not the submission's fault. "
        f"Tell the instructor; the submission can be graded again. Reason: {why}",
        "output_format": "text",
        "tests": [],
        "extra_data": {"autograder_failed": True},
    }
