"""A notebook's code as one text: which lines are which cell's, and what in it is not Python."""

from __future__ import annotations

import re
from bisect import bisect_right

# For each code cell, in order: its first line in the text, and its number in the notebook, from 1.
Cells = tuple[tuple[int, int], ...]


def place_of(line: int | None, cells: Cells) -> str:
    """How a message names a line of the text: "line 3", in a notebook "cell 5, line 3"."""
    if line is None:
        return ""
    if not cells:
        return f"line {line}"
    index = bisect_right(cells, line, key=lambda cell: cell[0]) - 1
    if index < 0:
        return ""
    first, number = cells[index]
    return f"cell {number}, line {line - first + 1}"


def line_of(text: str, number: int) -> str | None:
    """The line of this number, from 1, as Python counts them; None if there is none."""
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[number - 1] if 1 <= number <= len(lines) else None


# ---------------------------------------------------------------- IPython's own syntax

# The rest of a line, with those that a backslash joins to it.
_REST = r"(?:[^\n\\]|\\\n|\\)*"
# At the start of a statement: a magic, a shell line or help, their results assigned to names, or
# one of the commands that IPython takes without its "%".
_IPYTHON = re.compile(
    rf"(?P<indent>[ \t]*+)(?:[%!?]{_REST}"
    rf"|[\w.,* \t\[\]]++=[ \t]*[%!]{_REST}"
    r"|[\w.]+\?\??[ \t]*(?=\n|\Z)"
    rf"|(?:autoreload|cd|conda|load_ext|ls|matplotlib|pip)[ \t]++(?![^\w\s]*=){_REST})"
)
# What can hide the end of a statement's line: comments, strings, brackets, joined lines.
_TOKEN = re.compile(
    r"#[^\n]*"
    r"|(?P<quotes>\"\"\"|''')(?:[^\\]|\\.)*?(?:(?P=quotes)|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\n)|\\.?|[^#\"'()\[\]{}\n\\]+",
    re.DOTALL,
)
# Cell magics whose body is the notebook's own Python; of all others it is none, or runs elsewhere.
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w*)[^\n]*")
_OWN_PYTHON = frozenset({"capture", "time"})


def without_ipython(cell: str) -> str:
    """A cell with `pass` for its magics and shell lines; every line keeps its number.

    IPython's own transformer would begin anew after each of a cell's magics, and give up after
    500; this passes over the text once.
    """
    if magic := _CELL_MAGIC.match(cell):
        if magic["name"] not in _OWN_PYTHON:
            return ""
        cell = "\n" * magic[0].count("\n") + cell[magic.end() :]
    pieces = []
    position = 0
    while position < len(cell):
        if line := _IPYTHON.match(cell, position):
            pieces.append(f"{line['indent']}pass" + "\n" * line[0].count("\n"))
            position = line.end()
            # The line's own end follows.
        end = _end_of_statement(cell, position)
        pieces.append(cell[position:end])
        position = end
    return "".join(pieces)


def _end_of_statement(cell: str, position: int) -> int:
    """Behind the line break that ends the statement at `position`."""
    depth = 0
    for token in _TOKEN.finditer(cell, position):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        elif token["newline"] and depth <= 0:
            return token.end()
    return len(cell)
