"""The step output that GitHub Classroom's reporter reads, and its successors: JSON in base64."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import msgspec

from grader.files import os_reason
from grader.hosts.bundle import HostError
from grader.report.model import CheckResult, Report, ReportFile
from grader.text import plain, printable

VERSION = 3
# It reaches the reporter in an environment variable, of which Linux takes 128 KiB with its name.
MAX_ENCODED_BYTES = 120_000
# Characters of a message; the first that makes the whole small enough is taken.
MESSAGE_LIMITS = (4_000, 1_000, 250, 60, 0)

STATUSES = {"passed": "pass", "failed": "fail", "not_judged": "fail"}  # any other: "error"


def read_report(path: Path) -> Report:
    """The one report of a file that `grader grade --json` wrote.

    Raises:
        HostError: it can't be read, is no such file, or does not hold exactly one report.
    """
    try:
        reports = msgspec.json.decode(path.read_bytes(), type=ReportFile).reports
    except OSError as error:
        raise HostError(f"{path}: {os_reason(error)}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HostError(
            f"{path}: not what grader grade --json writes: {printable(str(error), 200)}"
        ) from None
    if len(reports) != 1:
        raise HostError(f"{path}: {len(reports)} reports; grade one submission")
    return reports[0]


def encode_result(report: Report) -> str:
    """The step output `result`: base64 without line breaks, MAX_ENCODED_BYTES at most.

    Raises:
        HostError: the report is too large, even without its messages.
    """
    for limit in MESSAGE_LIMITS:
        encoded = base64.b64encode(msgspec.json.encode(result_of(report, limit)))
        if len(encoded) <= MAX_ENCODED_BYTES:
            return encoded.decode("ascii")
    raise HostError("the report is too large for the reporter; grade fewer assignments at a time")


def result_of(report: Report, message_limit: int) -> dict[str, Any]:
    """The JSON before it is encoded; messages have `message_limit` characters at most."""
    tests = [
        test_of(place, assignment.slug, f"{assignment.title}: {check.title}", check, message_limit)
        for place, assignment in enumerate(report.assignments, start=1)
        for check in assignment.checks
    ]
    result: dict[str, Any] = {
        "version": VERSION,
        "status": "pass" if report.score == report.max_score else "fail",
        "max_score": report.max_score,
        "tests": tests,
    }
    broken = [
        f"{assignment.slug}: {check.id}"
        for assignment in report.assignments
        for check in assignment.checks
        if check.verdict == "grader_error"
    ]
    if broken:
        result["status"] = "error"
        result["message"] = plain(f"the grader itself failed, not the submission: {broken[0]}")
    return result


def test_of(
    task: int, slug: str, name: str, check: CheckResult, message_limit: int
) -> dict[str, Any]:
    """One check. The reporter prints these texts to the log: no line of them may be a command."""
    test = {
        "name": plain(name),
        "status": STATUSES.get(check.verdict, "error"),
        "test_code": f"grader check {slug}",
        "task_id": task,
        "filename": f"{slug}.py",
        "line_no": check.line or 0,
        "duration": check.duration_s,
        "score": check.points,
    }
    if check.verdict != "passed" and message_limit:
        text = "\n".join(filter(None, (check.message, check.hint)))
        test["message"] = plain(printable(text, message_limit, newlines=True))
    return test
