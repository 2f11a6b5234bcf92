"""The report as data: exactly the fields promised, sane values, and writers that escape."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from helpers.graded_class import Class
from rich.console import Console

from grader.cli.common import finish
from grader.files import write_bytes
from grader.report.junit import write_junit
from grader.report.model import (
    AssignmentReport,
    CheckResult,
    Environment,
    Report,
    Training,
    Verdict,
    encode_json,
    status_of,
)
from grader.report.shown import percent_of
from grader.report.terminal import print_assignment, print_summary, sparkline

STATUSES = {"passed", "partial", "failed", "missing", "untouched"}
VERDICTS = {"passed", "failed", "error", "crashed", "timed_out", "not_judged", "grader_error"}
Json = dict[str, Any]


def assignments_of(document: Json) -> Iterator[Json]:
    for report in document["reports"]:
        yield from report["assignments"]


def checks_of(document: Json) -> Iterator[Json]:
    for assignment in assignments_of(document):
        yield from assignment["checks"]


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from numbers_in(entry)
    elif isinstance(value, int | float):
        yield value


# ---------------------------------------------------------------- what --json writes


def test_a_document_has_a_version_and_reports(graded_class: Class) -> None:
    assert graded_class.document.keys() == {"schema_version", "reports"}
    assert graded_class.document["schema_version"] == 1


def test_a_report_has_exactly_its_fields(graded_class: Class) -> None:
    for report in graded_class.document["reports"]:
        assert report.keys() == {
            "submission", "score", "max_score", "assignments", "environment", "seed", "duration_s",
        }  # fmt: skip
        assert isinstance(report["submission"], str)
        assert report["seed"] == 7
        assert report["duration_s"] >= 0
        for total in ("score", "max_score"):
            assert report[total] == sum(a[total] for a in report["assignments"])


def test_an_assignment_has_exactly_its_fields(graded_class: Class) -> None:
    for assignment in assignments_of(graded_class.document):
        assert assignment.keys() == {
            "slug", "title", "status", "score", "max_score", "checks", "training", "output",
            "picture", "read_from", "notes",
        }  # fmt: skip
        assert assignment["status"] in STATUSES
        assert isinstance(assignment["output"], str)
        assert assignment["title"] != assignment["slug"]
        assert 0 <= assignment["score"] <= assignment["max_score"] == 10
        assert assignment["score"] == sum(c["points"] for c in assignment["checks"])
        assert assignment["max_score"] == sum(c["max_points"] for c in assignment["checks"])


def test_a_check_has_its_fields_and_two_where_they_apply(graded_class: Class) -> None:
    for check in checks_of(graded_class.document):
        assert check.keys() - {"line", "misconception"} == {
            "id", "title", "verdict", "points", "max_points", "message", "hint", "duration_s",
        }  # fmt: skip
        assert check["verdict"] in VERDICTS
        assert check["points"] == (check["max_points"] if check["verdict"] == "passed" else 0)
        assert bool(check["message"]) == (check["verdict"] != "passed")
        # Of an exception its own words say more, and so does a mistake that was recognised.
        assert bool(check["hint"]) == (
            check["verdict"] == "failed" and "misconception" not in check
        )
        assert check["duration_s"] >= 0


def test_a_training_run_is_told_where_there_was_one(graded_class: Class) -> None:
    for assignment in assignments_of(graded_class.document):
        if assignment["status"] != "passed":
            continue
        training = assignment["training"]
        assert training.keys() == {
            "train_accuracy", "valid_accuracy", "loss", "threshold", "accuracy", "draw",
        }  # fmt: skip
        assert len(training["accuracy"]) == len(training["loss"])
        assert training["threshold"] <= training["valid_accuracy"] <= 1
        assert 0 <= training["train_accuracy"] <= 1
        assert len(training["loss"]) == 1  # an epoch, in the short course
        assert training["loss"][0] < math.log(10)  # what guessing costs
    assert graded_class.assignment("bob", "relu")["training"] is None
    assert graded_class.assignment("fay", "relu")["training"] is None


def test_the_environment_says_what_graded(graded_class: Class) -> None:
    from grader.sandbox.walls.jail import PROTECTIONS

    for report in graded_class.document["reports"]:
        environment = report["environment"]
        assert {"grader", "python", "torch", "protections"} <= environment.keys()
        assert all(isinstance(v, str) and v for k, v in environment.items() if k != "protections")
        assert environment["protections"].keys() == PROTECTIONS.keys()
        assert all(isinstance(on, bool) for on in environment["protections"].values())


def test_all_numbers_are_finite(graded_class: Class) -> None:
    numbers = list(numbers_in(graded_class.document))
    assert len(numbers) > 1000
    assert all(math.isfinite(number) for number in numbers)


def test_what_a_module_prints_is_kept_bounded_and_made_safe(graded_class: Class) -> None:
    output = graded_class.assignment("gus", "momentum")["output"]
    assert "[red]<b>&amp;]]></b>\\x00\\u202e größer 更大\n" in output
    assert "an error line\n" in output
    assert "\ufffd\ufffd" in output
    assert "\x1b" not in output
    assert "xxxxxxxx" in output
    assert len(output) <= 1 << 20
    assert graded_class.assignment("ada", "momentum")["output"] == ""


def test_messages_are_made_safe(graded_class: Class) -> None:
    (check, *_) = [c for c in graded_class.assignment("fay", "relu")["checks"] if c["message"]]
    assert check["message"].replace("\n", "").isprintable()
    message = graded_class.assignment("gus", "relu")["checks"][0]["message"]
    assert message.replace("\n", "").isprintable()


# ---------------------------------------------------------------- the types and their writers

NASTY = "<&'\"]]> [bold]x[/bold] [/] größer 更大 🎈"


def check_with(verdict: Verdict, text: str = "") -> CheckResult:
    return CheckResult(
        id="test_it",
        title=f"Title {text}",
        verdict=verdict,
        points=2.0 if verdict == "passed" else 0.0,
        max_points=2.0,
        message=text,
        hint=text,
        duration_s=0.25,
    )


def report_with(*checks: CheckResult, name: str = "ada") -> Report:
    score = sum(check.points for check in checks)
    possible = sum(check.max_points for check in checks)
    assignment = AssignmentReport(
        "relu", "ReLU", status_of(list(checks)), score, possible, list(checks), None, ""
    )
    environment = Environment("1", "3", "2", "1", "Linux", {})
    return Report(name, score, possible, [assignment], environment, 1, 0.25)


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed"], "partial"),
        (["passed", "not_judged"], "partial"),
        (["failed", "error"], "failed"),
        (["not_judged"], "failed"),
    ],
)
def test_the_status_follows_from_the_points(verdicts: list[Verdict], status: str) -> None:
    checks = [check_with(verdict) for verdict in verdicts]
    assert status_of(checks) == status
    # What is left for the instructors can't be earned here, and is not missing.
    left = msgspec.structs.replace(check_with("not_judged"), deferred=True)
    assert status_of([*checks, left]) == status


def test_tenths_of_a_point_add_up_to_all_that_can_be_earned() -> None:
    worth = {0.1: "passed", 0.7: "passed", 0.2: "not_judged"}
    checks = [
        msgspec.structs.replace(
            check_with("passed"),
            verdict=verdict,
            points=points if verdict == "passed" else 0.0,
            max_points=points,
            deferred=verdict == "not_judged",
        )
        for points, verdict in worth.items()
    ]
    assert 0.1 + 0.7 != (0.1 + 0.7 + 0.2) - 0.2  # as floats
    assert status_of(checks) == "passed"
    report = report_with(*checks)
    assert [finish([report], percent, unreadable=False) for percent in (80, 100)] == [0, 0]
    assert percent_of(report.score, 1.0) == 80.0 and percent_of(0.79999, 1.0) == 79.9


def test_json_holds_any_text() -> None:
    encoded = encode_json([report_with(check_with("failed", NASTY), name=NASTY)])
    assert encoded.endswith(b"}\n")
    (report,) = json.loads(encoded)["reports"]
    assert report["submission"] == NASTY
    assert report["assignments"][0]["checks"][0]["message"] == NASTY


def test_junit_escapes_any_text(tmp_path: Path) -> None:
    verdicts: list[Verdict] = ["passed", "failed", "error", "crashed", "timed_out", "not_judged"]
    checks = [check_with(verdict, NASTY) for verdict in verdicts]
    write_junit(tmp_path / "a.xml", [report_with(*checks, name=NASTY)])
    root = ElementTree.parse(tmp_path / "a.xml").getroot()
    (suite,) = root
    assert suite.get("name") == NASTY
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["6", "1", "3", "1"]
    outcomes = [child for case in suite for child in case]
    assert [child.tag for child in outcomes] == ["failure", "error", "error", "error", "skipped"]
    for child in outcomes:
        assert child.get("message") == NASTY
        assert NASTY in (child.text or "")


def test_the_terminal_shows_text_as_it_is() -> None:
    report = report_with(check_with("passed"), check_with("failed", NASTY), name=NASTY)
    shown = io.StringIO()
    console = Console(file=shown, width=300)
    print_assignment(console, report.assignments[0])
    print_summary(console, [report])
    text = shown.getvalue()
    assert text.count(NASTY) >= 3
    assert "2/4" in text


@pytest.mark.parametrize(("score", "percent"), [(0, 0), (199.5, 99), (125, 63), (200, 100)])
def test_what_is_not_all_never_shows_as_all(score: float, percent: int) -> None:
    shown = io.StringIO()
    report = msgspec.structs.replace(report_with(), score=score, max_score=200)
    print_summary(Console(file=shown, width=100), [report])
    assert f" {percent}% " in shown.getvalue()


@pytest.mark.parametrize(
    ("losses", "encoding", "line"),
    [
        ([8.0, 4.0, 1.0, 0.0], "utf-8", "█▅▂▁"),
        ([8.0, 4.0, 1.0, 0.0], "ascii", "#=._"),
        ([8.0, 4.0, 1.0, 0.0], "latin-1", "#=._"),
        ([8.0, 4.0, 1.0, 0.0], "no such encoding", "#=._"),
        ([2.0], "utf-8", "█"),
        ([0.0, 0.0], "utf-8", "▁▁"),
        ([1e308, 5e-324], "utf-8", "█▁"),
        ([math.inf, 1.0], "utf-8", "▁▁"),
    ],
)
def test_a_sparkline_has_a_character_for_each_loss(
    losses: list[float], encoding: str, line: str
) -> None:
    assert sparkline(losses, encoding) == line


@pytest.mark.parametrize(("encoding", "line"), [("utf-8", "loss █▅▂"), ("ascii", "loss #=.")])
def test_the_terminal_shows_the_training_loss(encoding: str, line: str) -> None:
    report = report_with(check_with("passed")).assignments[0]
    trained = msgspec.structs.replace(report, training=Training(0.9, 0.8, [2.0, 1.0, 0.2], 0.5))
    shown = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    print_assignment(Console(file=shown, width=100), trained)
    shown.seek(0)
    text = shown.read()
    assert "accuracy 0.80" in text
    assert line in text


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    write_bytes(tmp_path / "new", b"first")
    write_bytes(tmp_path / "new", b"second")
    assert (tmp_path / "new").read_bytes() == b"second"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_bytes(tmp_path / "folder", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "new"]


def test_a_link_beside_a_file_that_is_replaced_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("unharmed")
    (tmp_path / f".result.json.{os.getpid()}").symlink_to(tmp_path / "victim")
    write_bytes(tmp_path / "result.json", b"{}")
    assert (tmp_path / "victim").read_text() == "unharmed"
    assert not (tmp_path / "result.json").is_symlink()
