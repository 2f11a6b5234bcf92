"""Gradescope's results.json, one for each student: a test a check, and the final score."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from grader.files import write_bytes
from grader.gradebook.model import Entry, Gradebook
from grader.gradebook.scores import ExportError, number, steps_of, titles_of
from grader.report.model import AssignmentReport


def write_gradescope(gradebook: Gradebook, folder: Path) -> None:
    """Write `<key>/results.json` into `folder` for whoever has a report or a score.

    Raises:
        ExportError: a student's key can't name a folder.
    """
    folder.mkdir(exist_ok=True)
    for entry in gradebook:
        if entry.report is None and entry.final is None:
            continue
        key = entry.student.key
        if key in ("", ".", "..") or set(key) & set("/\\\0"):
            raise ExportError(f"gradescope: {key!r} can't name a folder; this is a grader's bug")
        (folder / key).mkdir(exist_ok=True)
        content = msgspec.json.format(msgspec.json.encode(results_of(entry)), indent=1)
        write_bytes(folder / key / "results.json", content + b"\n")


def results_of(entry: Entry) -> dict[str, Any]:
    """`score` overrides the sum of the tests, so that it can differ from the raw results."""
    results: dict[str, Any] = {
        "output": "\n".join(summary(entry)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": [],
    }
    if entry.final is not None:
        results["score"] = entry.final
    if entry.report is not None:
        results["execution_time"] = entry.report.duration_s
        for place, assignment in enumerate(entry.report.assignments, start=1):
            results["tests"] += tests_of(place, assignment)
    return results


def tests_of(place: int, assignment: AssignmentReport) -> list[dict[str, Any]]:
    return [
        {
            "number": f"{place}.{number_in}",
            "name": f"{assignment.title}: {check.title}",
            "score": check.points,
            "max_score": check.max_points,
            "status": "passed" if check.verdict == "passed" else "failed",
            "output": "\n".join(filter(None, (check.message, check.hint))),
            "extra_data": {"slug": assignment.slug, "check": check.id, "verdict": check.verdict},
        }
        for number_in, check in enumerate(assignment.checks, start=1)
    ]


def summary(entry: Entry) -> list[str]:
    """The line for the final score, and one for each thing that sets it apart from the tests."""
    lines = [f"Score: {number(entry.final)}/{number(entry.max_score)}"]
    if entry.report is not None and entry.report.score != entry.final:
        lines.append(f"Points of the checks: {number(entry.report.score)}")
    lines += [
        f"{step.label}: {': '.join(filter(None, (step.value, step.reason)))}"
        for step in steps_of(entry)[1:]
    ]
    titles = titles_of(entry)
    for comment in entry.comments:
        lines.append(f"{titles.get(comment.slug, comment.slug) or 'Comment'}: {comment.text}")
    if entry.report is not None:
        for a in entry.report.assignments:
            read_from = [f"read from {a.read_from}"] if a.read_from else []
            lines += [f"{a.title}: {said}" for said in (*read_from, *a.notes)]
    return lines
