"""What every format makes of each verdict of a check: none is forgotten, and none is another's."""

from __future__ import annotations

import io
from typing import NamedTuple, get_args

import pytest
from helpers.fake_gradebook import FakeGradebook, entry_of
from helpers.reports import make_report
from msgspec.structs import replace
from rich.console import Console

from grader.cli.common import finish
from grader.gradebook.formats.gradescope import results_of
from grader.gradebook.formats.moodle import write_moodle
from grader.gradebook.model import Entry
from grader.grading.known.cache import UNSURE
from grader.hosts.classroom50 import scores
from grader.hosts.classroom_reporter import result_of
from grader.proof.audit import fails
from grader.proof.certify import failed_checks
from grader.proof.mutants.score import KILLED
from grader.report.github import annotate
from grader.report.junit import suite_of
from grader.report.markdown import render
from grader.report.model import Report, Verdict
from grader.report.terminal import print_assignment, print_heading
from grader.site.leaderboard import is_comparable
from grader.site.summary import ClassSummary
from grader.workbench.screen import print_next


class Shown(NamedTuple):
    """What is made of a check that came to a verdict, beside one that passed."""

    junit: str  # the tag of what its case holds
    counts: tuple[int, int, int]  # of the suite: failures, errors, skipped
    reporter: str  # its status for GitHub Classroom's reporter
    word: str  # that terminal, Markdown and annotations put to it; "": none
    class_: tuple[int, int, int]  # over the class: judged, failed, odd
    is_told: bool  # its message, where it is told why points are missing
    is_ranked: bool  # the training run, by accuracy
    is_sure: bool  # it would come out the same again
    status: int  # of the command


EXPECTED: dict[Verdict, Shown] = {
    "passed": Shown("", (0, 0, 0), "pass", "", (1, 0, 0), False, True, True, 0),
    "failed": Shown("failure", (1, 0, 0), "fail", "", (1, 1, 0), True, False, True, 0),
    "error": Shown("error", (0, 1, 0), "error", "error", (1, 1, 0), True, False, True, 0),
    "crashed": Shown("error", (0, 1, 0), "error", "crashed", (1, 1, 1), True, False, False, 0),
    "timed_out": Shown("error", (0, 1, 0), "error", "timed out", (1, 1, 1), True, False, False, 0),
    "not_judged": Shown("skipped", (0, 0, 1), "fail", "", (0, 0, 0), False, False, True, 0),
    "grader_error": Shown(
        "error", (0, 1, 0), "error", "grader error", (0, 0, 1), True, False, False, 3
    ),
}


def report_with(verdict: Verdict) -> Report:
    report = make_report("said so", verdict=verdict)
    (assignment, _) = report.assignments
    return replace(report, assignments=[assignment], max_score=4.0)


def entry_with(report: Report) -> Entry:
    return replace(entry_of("ada", email="ada@example.org", final=2.0), report=report)


def test_no_verdict_is_forgotten() -> None:
    assert set(EXPECTED) == set(get_args(Verdict))


@pytest.mark.parametrize("verdict", EXPECTED)
def test_junit(verdict: Verdict) -> None:
    expected = EXPECTED[verdict]
    suite = suite_of(report_with(verdict))
    assert suite.get("tests") == "2"
    assert tuple(int(suite.get(n, "")) for n in ("failures", "errors", "skipped")) == (
        expected.counts
    )
    assert [child.tag for child in suite[1]] == ([expected.junit] if expected.junit else [])


@pytest.mark.parametrize("verdict", EXPECTED)
def test_hosts(verdict: Verdict) -> None:
    expected, report = EXPECTED[verdict], report_with(verdict)
    assert [test["status"] for test in result_of(report, 100)["tests"]] == [
        "pass", expected.reporter,
    ]  # fmt: skip
    assert [test["passed"] for test in scores(report)["tests"]] == [True, verdict == "passed"]
    assert [test["status"] for test in results_of(entry_with(report))["tests"]] == [
        "passed", "passed" if verdict == "passed" else "failed",
    ]  # fmt: skip


@pytest.mark.parametrize("verdict", EXPECTED)
def test_texts(verdict: Verdict) -> None:
    expected, report = EXPECTED[verdict], report_with(verdict)
    terminal = io.StringIO()
    print_assignment(Console(file=terminal, width=100), report.assignments[0])
    _, *annotations = annotate([report], [{}])
    # Of what was not judged it is told why, in the place of any other reason.
    is_explained = expected.is_told or verdict == "not_judged"
    assert [a.message.split("\n")[0] for a in annotations] == (
        [f"{expected.word}: said so" if expected.word else "said so"] if is_explained else []
    )
    assert ("said so" in terminal.getvalue()) == is_explained
    assert (f"[{expected.word}]" in terminal.getvalue()) == bool(expected.word)
    text = render("Course", [report])
    assert ("said so" in text) == is_explained
    assert (f"({expected.word}, 0/2" in text) == bool(expected.word)


def with_deferred(report: Report, verdict: Verdict) -> Report:
    """Above the checks one that was cut out, and below them one of this verdict."""
    (assignment,) = report.assignments
    last = assignment.checks[-1]
    elsewhere = replace(
        last, verdict="not_judged", message="it runs elsewhere", hidden=True, deferred=True
    )
    checks = [elsewhere, *assignment.checks, replace(last, verdict=verdict, message="the reason")]
    return replace(report, assignments=[replace(assignment, checks=checks)])


def test_what_a_deferred_check_says_is_no_reason_for_others() -> None:
    report = with_deferred(report_with("failed"), "not_judged")
    (assignment,) = report.assignments
    terminal, screen = io.StringIO(), io.StringIO()
    print_assignment(Console(file=terminal, width=100), assignment)
    print_next(Console(file=screen, width=100), assignment)
    assert "1 more check the reason " in terminal.getvalue()
    assert "1 more check not judged until then" in screen.getvalue()
    text = render("Course", [report])
    assert "1 more check:\n\n```text\nit runs elsewhere\n" in text
    assert "1 more check:\n\n```text\nthe reason\n" in text


@pytest.mark.parametrize(("verdict", "reason"), [("passed", ""), ("not_judged", "the reason")])
def test_a_deferred_check_explains_no_module(verdict: Verdict, reason: str) -> None:
    (assignment,) = with_deferred(report_with(verdict), verdict).assignments
    elsewhere, *_, last = assignment.checks
    report = replace(
        report_with(verdict), assignments=[replace(assignment, checks=[elsewhere, last])]
    )
    terminal = io.StringIO()
    print_heading(Console(file=terminal, width=100), report.assignments[0])
    assert "elsewhere" not in terminal.getvalue() and reason in terminal.getvalue()
    _, *annotations = annotate([report], [{}])
    assert [each.message for each in annotations] == [f"{reason}\n→ See `p` @ 3."] * bool(reason)


@pytest.mark.parametrize("verdict", EXPECTED)
def test_the_class(verdict: Verdict) -> None:
    expected, report = EXPECTED[verdict], report_with(verdict)
    gradebook = FakeGradebook([entry_with(report)])
    summary = ClassSummary(gradebook.assignments)
    summary.add(gradebook.entries[0])
    check = summary.checks[1]
    assert (check.judged, check.failed, summary.odd) == expected.class_
    assert is_comparable(report.assignments[0]) == expected.is_ranked
    stream = io.BytesIO()
    write_moodle(gradebook, stream)
    assert (b"said so" in stream.getvalue()) == expected.is_told


@pytest.mark.parametrize("verdict", EXPECTED)
def test_what_becomes_of_a_run(verdict: Verdict) -> None:
    expected = EXPECTED[verdict]
    assert finish([report_with(verdict)], None, unreadable=False) == expected.status
    assert (verdict not in UNSURE) == expected.is_sure


@pytest.mark.parametrize("verdict", EXPECTED)
def test_the_proofs(verdict: Verdict) -> None:
    (assignment,) = report_with(verdict).assignments
    _, is_against_the_module, _ = EXPECTED[verdict].class_
    assert fails(assignment, "test_b") == bool(is_against_the_module)
    assert not fails(assignment, "test_a") and not fails(assignment, "test")
    assert (verdict in KILLED) == bool(is_against_the_module)
    assert failed_checks(assignment) == (set() if verdict == "passed" else {"test_b"})
