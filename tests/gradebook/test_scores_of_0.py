"""A score of 0 is one, wherever it goes: blank is only who handed nothing in."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers.exports import exported, rows_of
from helpers.fake_gradebook import FakeGradebook, entry_of

from grader.site.summary import ClassSummary

ANN = entry_of(
    "ann", "Ann", identifier="1", login="ann", email="ann@x", scores=(0.0, 0.0), final=0.0
)
BOB = entry_of("bob", "Bob", identifier="2", login="bob", email="bob@x", scores=None)


@pytest.mark.parametrize(
    ("format", "column", "shown"),
    [
        ("csv", "relu", "0"),
        ("csv", "final", "0"),
        ("canvas", "ReLU", "0.00"),
        ("brightspace", "ReLU Points Grade", "0"),
        ("blackboard", "HW [Total Pts: 20 Score] |7", "0"),
        ("blackboard", "All |8", "0"),
        ("moodle", "ReLU", "0"),
        ("moodle", "Total", "0"),
    ],
)
def test_a_0_is_written_and_nothing_is_blank(
    tmp_path: Path, format: str, column: str, shown: str
) -> None:
    rows = rows_of(exported([ANN, BOB], format, tmp_path))
    assert [row[column] for row in rows[-2:]] == [shown, ""]


def test_a_0_takes_the_place_of_what_canvas_has_and_nothing_leaves_it(tmp_path: Path) -> None:
    has = "Student,ID,SIS User ID,SIS Login ID,Section,ReLU (9)\nAnn,7,1,ann,S,4\nBob,8,2,bob,S,4\n"
    rows = rows_of(exported([ANN, BOB], "canvas", tmp_path, canvas=has))
    assert [row["ReLU (9)"] for row in rows] == ["0.00", "4"]


def test_a_0_stands_in_junit_and_nothing_does_not(tmp_path: Path) -> None:
    suites = ElementTree.fromstring(exported([ANN, BOB], "junit", tmp_path))
    told = {e.get("value") for suite in suites for e in suite.iter() if e.get("name") == "final"}
    assert told == {"0", ""}


def test_a_0_counts_on_the_classs_page_and_nothing_does_not() -> None:
    summary = ClassSummary(FakeGradebook([]).assignments)
    for entry in (ANN, BOB):
        summary.add(entry)
    assert (summary.graded, summary.mean, summary.absent) == (1, 0, 1)
    assert [row[4:6] for row in summary.rows] == [[0, 0], [None, None]]


def test_what_is_late_at_no_cost_has_0_percent_and_what_is_in_time_none(tmp_path: Path) -> None:
    class_ = [entry_of("ann", late_percent=0.0), entry_of("bob")]
    assert [row["late_percent"] for row in rows_of(exported(class_, "csv", tmp_path))] == ["0", ""]
