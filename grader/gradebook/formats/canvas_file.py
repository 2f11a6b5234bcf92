"""A gradebook that Canvas exported: read as rows, written back byte for byte but for what changed.

As lib/gradebook_importer.rb reads it: separated by commas or semicolons, with or without a BOM;
the student's columns end with Section; the row "Points Possible" comes before the students.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.gradebook.formats.csv_files import cell
from grader.gradebook.scores import ExportError

POINTS_POSSIBLE = "Points Possible"
_NUMBERED = re.compile(r"(.*)\s\(\d+\)", re.DOTALL)
_TOTALS = re.compile(r"(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")
_DECIMAL = re.compile(r"[0-9.,]+")
# Groups of three digits with the same mark between: whatever the language, no maximum has exactly
# three decimals, while thousands are common.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*")


@dataclass(frozen=True)
class Record:
    """A row: its cells, and its text as written, line end included."""

    raw: str
    cells: list[str]

    def cell(self, index: int | None) -> str:
        return self.cells[index].strip() if index is not None and index < len(self.cells) else ""


@dataclass(frozen=True)
class CanvasFile:
    """The rows in order, the header first. Bytes that are not UTF-8 are kept as surrogates."""

    name: str
    delimiter: str
    records: list[Record]

    @property
    def header(self) -> list[str]:
        return self.records[0].cells

    def column(self, pattern: str) -> int | None:
        """Where the student's column lies whose heading `pattern` matches, if there is one."""
        info = self.header[: self.section + 1]
        return next((i for i, name in enumerate(info) if re.fullmatch(pattern, name)), None)

    @cached_property
    def section(self) -> int:
        """The last of the columns that say who a student is."""
        return self.header.index("Section")

    @cached_property
    def names(self) -> list[int]:
        """The columns of a student's name: one, or the last and the first name."""
        return [i for i, name in enumerate(self.header[:2]) if name != "ID"]

    @cached_property
    def possible(self) -> int | None:
        """Where the row of maxima lies: among the three below the header, above the students."""
        return next((i for i in range(1, 4) if self.name_at(i) == POINTS_POSSIBLE), None)

    @property
    def students(self) -> range:
        return range((self.possible or 0) + 1, len(self.records))

    def name_at(self, place: int) -> str:
        """The name in a row, as "Last, First" where the two have columns of their own."""
        if place >= len(self.records):
            return ""
        return ", ".join(filter(None, (self.records[place].cell(i) for i in self.names)))

    def assignments(self) -> Iterator[tuple[int, str, float | None]]:
        """The columns that Canvas takes scores from: index, title, points possible if given."""
        for index, heading in enumerate(self.header):
            if index <= self.section or not heading or _TOTALS.search(heading):
                continue
            maximum = self.records[self.possible].cell(index) if self.possible is not None else ""
            if "read only" not in maximum:
                numbered = _NUMBERED.fullmatch(heading)
                yield index, numbered[1] if numbered else heading, decimal(maximum)

    def encode(self, record: Record, changes: Mapping[int, str]) -> bytes:
        """The row with the cells in `changes` replaced, the others as they were written."""
        if not changes:
            return record.raw.encode("utf-8", "surrogateescape")
        body = record.raw.rstrip("\r\n")
        ending = record.raw[len(body) :]
        cells = self._raw_cells(body)
        if len(cells) != len(record.cells):  # quoted in a way that only csv makes sense of
            cells = [self._quoted(value) for value in record.cells]
        cells += [""] * (max(changes) + 1 - len(cells))
        for index, value in changes.items():
            cells[index] = self._quoted(value)
        return (self.delimiter.join(cells) + ending).encode("utf-8", "surrogateescape")

    def _raw_cells(self, body: str) -> list[str]:
        """The cells with their quotes; fewer than there are where the quoting is odd."""
        pattern = re.compile(rf'"(?:[^"]|"")*"|[^"{self.delimiter}]*')
        cells, position = [], 0
        while match := pattern.match(body, position):
            cells.append(match.group())
            position = match.end() + 1
            if body[match.end() : position] != self.delimiter:
                break
        return cells if position == len(body) + 1 else []

    def _quoted(self, value: str) -> str:
        line = io.StringIO()
        # A second cell, as an only one that is empty would be quoted.
        csv.writer(line, delimiter=self.delimiter, lineterminator="\r\n").writerow([value, ""])
        return line.getvalue().removesuffix(f"{self.delimiter}\r\n")


def read_canvas_file(path: Path) -> CanvasFile:
    """Read the file.

    Raises:
        ExportError: it can't be read, or is not what Canvas exports.
    """
    try:
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise ExportError(f"{path}: can't be read: {error.strerror or error}") from None
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    records = []
    lines: list[str] = []

    def remembered() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            lines.append(line)
            yield line

    try:
        for cells in csv.reader(remembered(), delimiter=delimiter):
            records.append(Record("".join(lines), cells))
            lines.clear()
    except csv.Error as error:
        raise ExportError(f"{path.name}: it is no CSV ({error}); export it from Canvas") from None
    if records and records[0].cells:
        records[0].cells[0] = records[0].cells[0].lstrip("\ufeff")
    if not records or not is_header(records[0].cells):
        raise ExportError(
            f"{path.name}: it is no gradebook of Canvas's, which begins with the columns Student, "
            "ID and has a column Section; in Canvas choose Grades, Export"
        )
    return CanvasFile(path.name, delimiter, records)


def is_header(names: list[str]) -> bool:
    return "Section" in names and (
        names[:2] == ["Student", "ID"] or names[:3] == ["LastName", "FirstName", "ID"]
    )


def decimal(text: str) -> float | None:
    """A number with a decimal point or comma, as Canvas writes it in the user's language, or with
    marks between its thousands, as spreadsheets do."""
    if not _DECIMAL.fullmatch(text):
        return None
    if _GROUPED.fullmatch(text):
        return float(re.sub("[.,]", "", text))
    *whole, last = re.split("[.,]", text)
    try:
        return float(f"{''.join(whole)}.{last}" if whole else last)
    except ValueError:
        return None


def harmless(file: CanvasFile, place: int) -> dict[int, str]:
    """What to change in a student's row so that a spreadsheet runs none of the student's text.

    Where the row has an ID, Canvas reads nothing else of what says who the student is, but for
    "Points Possible" in the name, which would make the row one of maxima.
    """
    record = file.records[place]
    id_column = file.column("ID")
    if not record.cell(id_column):
        return {}
    changes = {}
    for index in range(min(file.section + 1, len(record.cells))):
        if index != id_column:
            value = record.cells[index]
            safe = cell(value, file.delimiter).replace(POINTS_POSSIBLE, "Points_Possible")
            if safe != value:
                changes[index] = safe
    return changes
