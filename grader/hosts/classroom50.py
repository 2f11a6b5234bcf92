"""Classroom 50: grades the student's checkout it runs in; writes result.json and release-body.md.

The format is `classroom50/result/v1`. Its scores are integers, so points are scaled where a check
is worth a fraction.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from grader.course.manifest import Course, load_course
from grader.errors import FAILED, GRADED
from grader.files import write_bytes
from grader.gradebook.late import exact
from grader.grading.crew import usable_cores
from grader.hosts.bundle import HostError
from grader.hosts.checkout import RELEASE_BODY, RESULT, remove_planted
from grader.hosts.run import grade_folder, named_assignments, reason
from grader.intake.commits import commit_time
from grader.report.markdown import render
from grader.report.model import Report
from grader.text import plain, printable, utc_text

SCHEMA = "classroom50/result/v1"
# A team is what Classroom 50's later versions call some groups; the format knows these two.
ASSIGNMENT_TYPES = {"individual": "individual", "group": "group", "team": "group"}
MAX_SCALE = 1_000
MAX_BODY_BYTES = 100_000  # a release's body may have 125,000 characters


def main() -> int:
    """Grade the working folder; 0 if that ran to its end, whatever the score.

    On any other end nothing is left that could be taken for a result.
    """
    # One thread for our own arithmetic: the cores are the workers'. Set before NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    checkout = Path.cwd()
    try:
        remove_planted(checkout)
        identity = read_identity(os.environ, checkout)
        course = load_course()
        report = grade_checkout(course, checkout, os.environ)
        result = msgspec.json.format(msgspec.json.encode(identity | scores(report)), indent=2)
        body = render(course.title, [report], MAX_BODY_BYTES)
        write_bytes(checkout / RELEASE_BODY, body.encode())
        write_bytes(checkout / RESULT, result + b"\n")
    except Exception as error:  # our own bugs, too, are one line and no result
        print(f"grader: {plain(reason(error))}", file=sys.stderr)
        return FAILED
    print(f"grader: {report.score:g} of {report.max_score:g} points")
    return GRADED


def grade_checkout(course: Course, checkout: Path, environment: Mapping[str, str]) -> Report:
    wanted = named_assignments(course, environment.get("ASSIGNMENT", ""))
    return grade_folder(course, checkout, wanted, jobs=usable_cores(), need_jail=True).report


def read_identity(environment: Mapping[str, str], checkout: Path) -> dict[str, Any]:
    """Whose submission to what this is, and when it was made.

    Raises:
        HostError: the runner did not say, or the commit's time can't be read.
    """

    def variable(*names: str) -> str:
        for name in names:
            if value := environment.get(name, "").strip():
                return printable(value, 2_000)
        raise HostError(f"{names[0]} is not set; run this from Classroom 50's runner")

    tag = variable("SUBMISSION_TAG")
    if not tag.startswith("submit/"):
        raise HostError(f"SUBMISSION_TAG is {tag!r}, and should begin with submit/")
    kind = variable("ASSIGNMENT_TYPE")
    if kind not in ASSIGNMENT_TYPES:
        raise HostError(f"ASSIGNMENT_TYPE is {kind!r}; known are {', '.join(ASSIGNMENT_TYPES)}")
    submitted = commit_time(checkout, ())
    if not submitted:
        raise HostError("the commit's time can't be read; run this in a clone, with git installed")
    identity: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": variable("CLASSROOM"),
        "assignment": variable("ASSIGNMENT"),
        "assignment_type": ASSIGNMENT_TYPES[kind],
        "owner": variable("OWNER", "USERNAME"),
        "submission": tag,
        "commit": variable("COMMIT_URL"),
        "release": variable("RELEASE_URL"),
        "review": variable("REVIEW_URL", "COMMIT_URL"),
        "datetime": submitted,
        "graded_at": utc_text(datetime.now(UTC)),
    }
    if environment.get("GITHUB_ACTOR", "").strip():
        number = environment.get("GITHUB_ACTOR_ID", "")
        known = re.fullmatch(r"[0-9]{1,18}", number)
        pusher = {"username": variable("GITHUB_ACTOR"), "id": int(number) if known else None}
        identity["submitted_by"] = pusher
    return identity


def scores(report: Report) -> dict[str, Any]:
    """The score, and a test for each check, in whole points."""
    scale = scale_of(check.max_points for a in report.assignments for check in a.checks)
    tests = []
    for assignment in report.assignments:
        for check in assignment.checks:
            maximum = round(check.max_points * scale)
            tests.append(
                {
                    "test-name": f"{assignment.title}: {check.title}",
                    "passed": check.verdict == "passed",
                    "score": min(round(check.points * scale), maximum),
                    "max-score": maximum,
                    "slug": assignment.slug,
                    "verdict": check.verdict,
                    "message": printable(check.message, 500),
                }
            )
    return {
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
    }


def scale_of(points: Iterable[float]) -> int:
    """The smallest factor that makes all `points` whole numbers, MAX_SCALE at most.

    It depends on what checks are worth alone, so that it is the same for everyone.
    """
    denominators = [exact(p).limit_denominator(MAX_SCALE).denominator for p in points]
    return min(math.lcm(*denominators), MAX_SCALE)
