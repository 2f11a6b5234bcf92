"""What an export writes, and how a spreadsheet reads it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from helpers.fake_gradebook import FakeGradebook

from grader.gradebook.export import export
from grader.gradebook.model import Entry

# What a format has to be told that knows no other columns.
COLUMNS = {"blackboard": {"relu": "HW [Total Pts: 20 Score] |7", "": "All |8"}}


def exported(
    entries: list[Entry],
    format: str,
    folder: Path,
    *,
    canvas: str | bytes | None = None,
    max_score: float = 10.0,
) -> str:
    """What export writes, as text that is UTF-8 to the last byte."""
    canvas_csv = None
    if canvas is not None:
        canvas_csv = folder / "from_canvas.csv"
        canvas_csv.write_bytes(canvas if isinstance(canvas, bytes) else canvas.encode("utf-8"))
    target = folder / "exported"
    gradebook = FakeGradebook(entries, max_score=max_score)
    export(gradebook, format, target, canvas_csv=canvas_csv, columns=COLUMNS.get(format))
    return target.read_bytes().decode("utf-8-sig" if format in ("csv", "blackboard") else "utf-8")


def rows_of(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def is_run(cell: str) -> bool:
    """Whether a spreadsheet program would take the cell, or a part after a semicolon, to run."""
    if re.fullmatch(r"\d+(\.\d+)?", cell):
        return False
    parts = cell.split(";")
    triggers = "=+-@\t\r＝＋－＠"  # noqa: RUF001
    return any(part.lstrip(" ")[:1] in tuple(triggers) for part in parts)
