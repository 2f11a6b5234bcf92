"""A notebook's code as one text: which lines are which cell's, and what in it is not Python."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

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


# Stands above each cell in the text of a notebook that a module imports.
_MARK = re.compile(r"(?m)^# %% cell (\d{1,9})$")


def marked_cells(text: str) -> Cells:
    """The cells of a notebook whose text says itself where they begin."""
    return tuple(
        (text.count("\n", 0, mark.start()) + 2, int(mark[1])) for mark in _MARK.finditer(text)
    )


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
# Runs a file, whose names become the notebook's own.
_RUN = re.compile(
    r"%run[ \t]+(?:-\S+[ \t]+)*[\"']?(?P<path>[^\n\"']+?)\.(?:py|ipynb)[\"']?(?:\s|\Z)"
)
# What can hide the end of a statement's line: comments, strings, brackets, joined lines.
_TOKEN = re.compile(
    r"#[^\n]*"
    r"|(?P<quotes>\"\"\"|''')(?:[^\\]|\\.)*?(?:(?P=quotes)|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\n)|\\.?|[^#\"'()\[\]{}\n\\]+",
    re.DOTALL,
)
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)(?P<rest>[^\n]*)\n?")
# Cell magics whose body is the notebook's own Python; of all others it is none, or runs elsewhere.
_OWN_PYTHON = frozenset({"capture", "memit", "prun", "time", "timeit", "wandb"})
_FILES = frozenset({"file", "writefile"})


@dataclass(frozen=True)
class Body:
    """A cell without its cell magics: every line of `text` has the number that it has in the cell.

    `magic` is the one by which it is no Python of the notebook's own, or ""; `file` is the path
    that a cell is written to, or "", and `appends` whether to what the file holds already.
    """

    text: str
    magic: str = ""
    file: str = ""
    appends: bool = False


def body_of(cell: str) -> Body:
    """What is left of a cell when the magics at its top are taken off."""
    start, last = 0, None
    while magic := _CELL_MAGIC.match(cell, start):
        start, last = magic.end(), magic
        if magic["name"] not in _OWN_PYTHON:
            break
    text = "\n" * cell.count("\n", 0, start) + cell[start:]
    if last is None or last["name"] in _OWN_PYTHON:
        return Body(text)
    arguments = last["rest"].split()
    if last["name"] not in _FILES or not arguments:
        return Body(text, f"%%{last['name']}")
    file = arguments[-1].strip("'\"").replace("\\", "/")
    return Body(text, f"%%{last['name']}", file, "-a" in arguments)


def without_ipython(text: str) -> str:
    """Code with `pass` for its magics and shell lines, and for `%run` an import of all names of the
    file; every line keeps its number.

    IPython's own transformer would begin anew after each of a cell's magics, and give up after
    500; this passes over the text once.
    """
    pieces = []
    position = 0
    while position < len(text):
        if line := _IPYTHON.match(text, position):
            pieces.append(line["indent"] + _instead_of(line[0]) + "\n" * line[0].count("\n"))
            position = line.end()
            # The line's own end follows.
        end = _end_of_statement(text, position)
        pieces.append(text[position:end])
        position = end
    return "".join(pieces)


def _instead_of(line: str) -> str:
    """The statement for a line of IPython's own; what is indented may stand in a function."""
    run = _RUN.match(line)  # at its very start
    if run is None:
        return "pass"
    path = run["path"].replace("\\", "/")
    parts = path.rpartition("/")[2:] if path.startswith(("/", "~")) else path.split("/")
    names = [part for part in parts if part not in (".", "..")]
    return f"from {'.'.join(names)} import *" if all(map(str.isidentifier, names)) else "pass"


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
