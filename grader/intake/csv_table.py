"""A CSV as people, spreadsheets and course systems write it.

Its columns are told by their headings, below whatever else stands there first, in any of the usual
encodings and with any of the usual separators.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from grader.intake.encodings import TableError, decoded
from grader.intake.headings import Columns, find_columns, spelt
from grader.text import fold

MAX_PREAMBLE = 10  # rows above the header: a title, a date
DELIMITERS = ",;\t|"
_WHO = ("name", "first_name", "last_name", "identifier", "email", "login", "github", "participant")
_ONES_OWN = ("identifier", "email", "login", "github", "participant", "canvas")
_FORMULA_TEXT = re.compile(r'="(.*)"', re.S)
_NUMBERED = re.compile(r"#?[A-Za-z]{0,3}-?\d{4,10}[A-Za-z]?")  # as "u1234567"
# Of what else everybody has their own number: a telephone, an address, a day of birth.
_OF_OTHERS = re.compile(
    "phone|fon|mobil|handy|cell|fax|movil|puhelin|portable|gsm|whatsapp|zip|postal|postcode|plz|"
    "birth|geburt|born|naissance|nacimiento|nascita"
)
_TEXT_MARK = re.compile(r"\A'(?=[\d=+@-])")  # put before a cell to keep it as it is
# What spreadsheets, databases and people put where somebody has no number or address.
_NOTHING = {
    "-", "--", "\u2013", "?", "0", "n/a", "#n/a", "n.a.", "nan", "none", "null", "tbd", "unknown",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A CSV's rows, each with the number of the line it begins in, what its columns are, and the
    headings and places of those that are none of them."""

    columns: Columns
    unread: dict[str, int]
    rows: list[tuple[int, list[str]]]

    def cell(self, row: Sequence[str], field: str) -> str:
        """The first that is not empty among the columns of a field."""
        return next(iter(self.cells(row, field)), "")

    def cells(self, row: Sequence[str], field: str) -> list[str]:
        texts = (" ".join(row[i].split()) for i in self.columns.get(field, ()) if i < len(row))
        nothing = _NOTHING if field in _ONES_OWN else ()
        return [text for text in map(_plain, texts) if text and fold(text) not in nothing]

    def like_identifiers(self) -> str:
        """The heading of a column that is not read and has a number of each person's own, of four
        digits or more, as students have; "" if there is none."""
        for heading, place in self.unread.items():
            if _OF_OTHERS.search(spelt(heading)) or spelt(heading).startswith("tel"):
                continue
            cells = [_plain(row[place].strip()) for _, row in self.rows if place < len(row)]
            known = [cell for cell in cells if fold(cell) not in ("", *_NOTHING)]
            is_ones_own = len(known) == len(set(known)) > max(1, len(cells) // 2)
            if is_ones_own and all(map(_NUMBERED.fullmatch, known)):
                return heading
        return ""


def read_table(data: bytes, named: Mapping[str, Sequence[str]]) -> tuple[Table, str]:
    """A CSV with a header, and the encoding it was read in.

    Raises:
        TableError: it is no such table.
    """
    text, encoding = decoded(data, chain(*named.values()))
    first, _, rest = text.partition("\n")
    skipped = 0
    delimiters = DELIMITERS
    if told := re.fullmatch(r"\s*\"?sep=(.)\"?\s*", first):
        text, skipped, delimiters = rest, 1, told[1]
    headers = []
    for delimiter in delimiters:
        for place, row in enumerate(_head(text, delimiter)):
            columns = find_columns(row, named)
            if any(columns.get(field) for field in _WHO):
                headers.append((sum(map(len, columns.values())), place, columns, delimiter, row))
                break
    if not headers:
        raise TableError(
            "no column is called name, identifier, email or login; add a first line that says "
            "what the columns are, or say it in course.toml's [roster]"
        )
    _, place, columns, delimiter, header = max(headers, key=lambda found: found[0])
    read = {index for indices in columns.values() for index in indices}
    unread = {text.strip(): i for i, text in enumerate(header) if i not in read and text.strip()}
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    begins = 1 + skipped
    try:
        for row in reader:
            rows.append((begins, row))
            begins = reader.line_num + 1 + skipped
    except csv.Error as error:
        what = "a quote is not closed" if "unexpected end" in str(error) else str(error)
        raise TableError(
            f"line {begins}: {what}; mend that line, or save the file as CSV again"
        ) from None
    return Table(columns, unread, rows[place + 1 :]), encoding


def _head(text: str, delimiter: str) -> list[list[str]]:
    """The first rows, as far as they can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) > MAX_PREAMBLE:
                break
    except csv.Error:
        pass
    return rows


def _plain(cell: str) -> str:
    """What a cell shows: spreadsheets write ="007" or '007 to keep a number as it is."""
    text = _FORMULA_TEXT.fullmatch(cell)
    return text[1].strip() if text else _TEXT_MARK.sub("", cell, count=1)
