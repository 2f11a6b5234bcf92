"""Whom a course system knows by what, where one thing stands in two places."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.exports import exported, rows_of
from helpers.fake_gradebook import entry_of


@pytest.mark.parametrize(
    ("format", "columns"),
    [
        ("canvas", ("SIS User ID", "SIS Login ID")),
        ("brightspace", ("OrgDefinedId", "Username")),
    ],
)
def test_whoever_logs_in_by_their_number_is_not_taken_for_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str, columns: tuple[str, str]
) -> None:
    alone = entry_of("a", "Ada", identifier="4711", login="4711")
    twins = [entry_of(key, key, identifier=key, login="both") for key in ("s1", "s2")]
    rows = rows_of(exported([alone, *twins], format, tmp_path))
    ids = [[row[column].lstrip("#") for column in columns] for row in rows]
    assert ["4711", "4711"] in ids
    assert "Ada (a)" not in capsys.readouterr().err
