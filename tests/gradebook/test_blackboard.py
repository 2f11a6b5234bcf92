"""Scores for Blackboard, at the points that its own headings say."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.exports import exported
from helpers.fake_gradebook import FakeGradebook, entry_of, override

from grader.gradebook.export import export
from grader.gradebook.scores import ExportError


def test_blackboard_has_the_columns_that_are_named_at_their_own_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = entry_of("k1", "King, Ada", identifier="7", login="ada")
    text = exported(
        [ada, entry_of("k2", "Bob"), entry_of("k3", login="=1")], "blackboard", tmp_path
    )
    assert text.splitlines() == [
        '"Last Name","First Name","Username","Student ID","HW [Total Pts: 20 Score] |7","All |8"',
        '"King","Ada","ada","7","10","15"',
    ]
    told = capsys.readouterr().err
    assert told.count("is left out: no login of their own is known") == 2
    assert "has 20 points and 10 here: scores are scaled" in told
    with pytest.raises(ExportError, match="say which columns the scores go to"):
        export(FakeGradebook([ada]), "blackboard", tmp_path / "out")


@pytest.mark.parametrize(
    ("heading", "shown"),
    [
        ("HW [Total Pts: 12,5 Score] |7", "6.25"),  # as German and Danish sites write it
        ("HW [Total Pts: 12.5 Score] |7", "6.25"),
        ("HW [Total Pts: up to 8 Percentage] |7", "4"),
        ("HW [Total Pts: 10 Score] |7", "5"),
        ("HW [Total Pts: 0 Score] |7", "5"),  # nothing to scale by
        ("HW |7", "5"),
    ],
)
def test_blackboards_headings_say_how_many_points_there_are(
    tmp_path: Path, heading: str, shown: str
) -> None:
    ada = entry_of("k1", login="ada", scores=(10.0, 5.0))
    target = tmp_path / "out"
    export(FakeGradebook([ada]), "blackboard", target, columns={"relu": heading})
    assert target.read_text().splitlines()[1].rpartition(",")[2] == f'"{shown}"'


def test_a_total_that_blackboard_has_no_column_for_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = entry_of("k1", login="ada", overrides=[override("", 18.0)], final=18.0)
    for columns, told in (({"relu": "HW |7"}, True), ({"": "All |8"}, False)):
        export(FakeGradebook([ada]), "blackboard", tmp_path / "out", columns=columns)
        assert ("was set to 18 by hand" in capsys.readouterr().err) == told
