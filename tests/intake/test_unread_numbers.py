"""Numbers on a roster under a heading that nobody knows are told."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from grader.intake.roster import read_roster

PEOPLE = ("Jane Doe", "Bo Roe", "Cy Poe")


def notes_on(
    folder: Path, heading: str, cells: tuple[str, ...], columns: dict[str, tuple[str, ...]]
) -> tuple[list[str], list[str]]:
    """The identifiers on such a roster, and what is said of it."""
    path = folder / "class.csv"
    rows = [f"{name},{cell}" for name, cell in zip(PEOPLE, cells, strict=True)]
    path.write_text("\n".join([f"name,{heading}", *rows]) + "\n")
    roster = read_roster(path, UTC, columns)
    return [line.identifier for line in roster.lines], roster.notes


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("number", ("10231", "10232", "10240")),
        ("PUID", ("0031234567", "0031234568", "")),
        ("Stud. key", ("u1234567", "u1234568", "u1234569")),
    ],
)
def test_numbers_under_an_unknown_heading_are_told_with_what_to_write(
    tmp_path: Path, heading: str, cells: tuple[str, ...]
) -> None:
    identifiers, notes = notes_on(tmp_path, heading, cells, {})
    assert identifiers == ["", "", ""]
    assert any(f'[roster] identifier = "{heading}"' in note for note in notes)
    identifiers, notes = notes_on(tmp_path, heading, cells, {"identifier": (heading,)})
    assert (identifiers, notes) == (list(cells), [])


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("no", ("1", "2", "3")),
        ("room", ("1204", "1204", "1204")),
        ("mark", ("87.50", "91.25", "60.00")),
        ("born", ("2004-05-06", "2005-06-07", "2005-01-01")),
        ("comment", ("late", "1234", "")),
        ("Mobile phone", ("5551234567", "5551234568", "5551234569")),
        ("Telefonnr.", ("0170123456", "0170123457", "0170123458")),
        ("Handy", ("0170123456", "0170123457", "0170123458")),
        ("N° de téléphone", ("0612345678", "0612345679", "0612345680")),
        ("date of birth", ("20040506", "20050607", "20050101")),
    ],
)
def test_what_is_no_number_of_each_persons_own_is_not_told(
    tmp_path: Path, heading: str, cells: tuple[str, ...]
) -> None:
    assert notes_on(tmp_path, heading, cells, {}) == (["", "", ""], [])
