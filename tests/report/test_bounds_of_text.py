"""How much of a text reports, exports and pages show, against figures of its own."""

from __future__ import annotations

from datetime import UTC

import pytest
from helpers.fake_gradebook import FakeGradebook, entry_of
from helpers.reports import make_report
from msgspec.structs import replace

from grader.gradebook.formats.moodle import feedback
from grader.gradebook.model import Comment
from grader.gradebook.scores import exact, one_line
from grader.grading.slips.table import Slip
from grader.grading.verdicts.judgement import blame
from grader.intake.times import parse_time
from grader.report.github import annotate
from grader.report.markdown import code, fence
from grader.sandbox.client import StudentError, StudentRaised
from grader.sandbox.wire import replies
from grader.site.diagnoses import Diagnoses
from grader.site.listing import listing_of
from grader.site.summary import CheckSummary


@pytest.mark.parametrize(("length", "shown"), [(199, 199), (200, 200), (201, 200)])
def test_an_annotations_title_has_200_characters(length: int, shown: int) -> None:
    report = make_report()
    (assignment, _) = report.assignments
    check = replace(assignment.checks[1], title="x" * (length - len("ReLU: ")))
    report = replace(report, assignments=[replace(assignment, checks=[check])])
    _, annotation = annotate([report], [{}])
    assert len(annotation.title) == shown


@pytest.mark.parametrize(("length", "shown"), [(1_000, 1_000), (1_001, 1_000)])
def test_a_message_has_1000_characters(length: int, shown: int) -> None:
    hint = "\n→ See `p` @ 3."  # which is shown as a whole
    _, annotation = annotate([make_report("x" * (length - len(hint)))], [{}])
    assert len(annotation.message) == shown
    _, *lines, _ = fence("x" * length).rstrip("\n").split("\n")
    assert sum(map(len, lines)) == shown
    assert max(map(len, lines)) == 100


@pytest.mark.parametrize(("length", "shown"), [(400, 400), (401, 400)])
def test_a_line_of_code_has_400_characters(length: int, shown: int) -> None:
    (line,) = listing_of("x" * length, []).lines
    assert len(line.text) == shown


def test_feedback_for_moodle_has_4000_characters() -> None:
    for length, shown in ((4_000, 4_000), (4_001, 4_000)):
        comment = Comment("momentum", "x" * length, "")
        entry = entry_of("ada", scores=None, comments=[comment])
        assert len(feedback(entry, FakeGradebook([]).assignments[0])) == shown


def test_a_time_has_100_characters() -> None:
    text = "2026-10-13 21:10:00."
    assert parse_time(text.ljust(100, "0"), UTC) is not None
    assert parse_time(text.ljust(101, "0"), UTC) is None


def test_of_a_mistake_40_students_are_named_and_all_counted() -> None:
    (assignment, _) = make_report().assignments
    check = replace(assignment.checks[1], misconception="softmax")
    diagnoses = Diagnoses()
    for number in range(42):
        one = replace(assignment, checks=[check])
        diagnoses.add(f"s{number}", "", one, {"test_b": 0})
    (mistake,) = diagnoses.by_students
    assert (mistake.students, len(mistake.people)) == (42, 40)


@pytest.mark.parametrize(("length", "shown"), [(100, 100), (101, 100)])
def test_a_name_in_markdown_has_100_characters(length: int, shown: int) -> None:
    assert len(code("x" * length)) == len("` `") + shown + len(" ")


@pytest.mark.parametrize(("length", "shown"), [(1_000, 1_000), (1_001, 1_000)])
def test_a_reason_and_a_number_in_an_export_have_1000_characters(length: int, shown: int) -> None:
    assert len(one_line("x" * length)) == len(exact("x" * length)) == shown
    assert len(exact("\n" * length)) == 1_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x " * 118 + "y" * 4, "x " * 118 + "y" * 4),
        ("x " * 118 + "y" * 5, "x " * 118 + "…"),
        ("k: " + "x" * 237, "k: " + "x" * 237),
        ("k: " + "x" * 238, "k: " + "x" * 235 + " …"),
        ("x" * 1000, "x" * 238 + " …"),
    ],
)
def test_of_what_an_exception_says_240_characters_are_shown(text: str, shown: str) -> None:
    error = StudentRaised(replies.Raised("forward", "ValueError", text, None))
    assert str(error) == f"forward raised ValueError: {shown}"


@pytest.mark.parametrize(("slip", "most"), [(None, 400), (Slip("a slip", "It is one."), 140)])
def test_what_raised_leaves_room_for_the_line_that_did(slip: Slip | None, most: int) -> None:
    for length, shown in ((most, "x" * most), (most + 1, "x" * (most - 1) + "…")):
        told = blame(StudentError("x" * length), lambda _: slip).message
        assert told.removeprefix("It is one.\n") == shown


def test_of_each_check_200_kinds_of_message_are_told_apart() -> None:
    summary = CheckSummary(0, "relu", "ReLU", "It is a ReLU")
    (_, check) = make_report().assignments[0].checks
    letters = [chr(ord("a") + n) for n in range(15)]
    words = [one + other for one in letters for other in letters]
    for word in (*words, words[0], words[199], words[200]):
        summary.add(replace(check, message=word))
    assert (summary.failed, len(summary.messages)) == (228, 200)
    assert [summary.messages[words[n]] for n in (0, 199, 200)] == [2, 2, 0]
