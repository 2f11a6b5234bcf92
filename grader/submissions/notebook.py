"""Notebooks: the code of one that was handed in, and one made from a module.

What of the code counts is decided where it runs, behind the wall
(grader.sandbox.inside.loading.definitions): nothing of it is parsed here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

import msgspec

from grader.text import printable

MAX_CELLS = 2_000  # that hold code
# How much larger code may be in JSON: a character takes up to six bytes, a line is a string.
_MAX_ESCAPE = 8
_SAVE_AGAIN = "open it in Jupyter and save it again"


class NotebookError(ValueError):
    """A notebook can't be used: one line that says why and what to do, without its name."""


@dataclass(frozen=True)
class Code:
    """A notebook's code: for each cell with any, in `cells`, its first line in `text` and its
    number among all of the notebook's cells, both from 1."""

    text: str
    cells: tuple[tuple[int, int], ...]

    def with_marks(self) -> str:
        """The text, with a line above each cell that says which it is, as the worker reads it."""
        lines = self.text.split("\n")
        for first, number in reversed(self.cells):
            lines.insert(first - 1, f"# %% cell {number}")
        return "\n".join(lines)


# ---------------------------------------------------------------- reading

# The parts of nbformat that matter here; all others, outputs above all, are skipped unread. The
# library would make objects of everything, and check it all against a schema, before it could tell
# how much there is.


class _Cell(msgspec.Struct):
    cell_type: str
    source: msgspec.Raw = msgspec.Raw(b'""')
    input: msgspec.Raw = msgspec.Raw(b'""')  # what nbformat 3 calls the source of code


class _Worksheet(msgspec.Struct):
    cells: list[_Cell]


class _Kernel(msgspec.Struct):
    language: str = ""


class _Language(msgspec.Struct):
    name: str = ""


class _Metadata(msgspec.Struct):
    kernelspec: _Kernel | None = None
    language_info: _Language | None = None


class _Notebook(msgspec.Struct):
    nbformat: Annotated[int, msgspec.Meta(ge=1, le=99)]
    cells: list[_Cell] | None = None
    worksheets: list[_Worksheet] | None = None  # what nbformat 3 keeps its cells in
    metadata: _Metadata = msgspec.field(default_factory=_Metadata)


def read_notebook(text: str, max_code_bytes: int) -> Code:
    """The code of a notebook of nbformat 4, or of 3 or 2 as an upgrade to 4 would have it.

    Raises:
        NotebookError: it is none, damaged, of another language, or holds too much code.
    """
    try:
        notebook = _decode(text)
    except msgspec.MsgspecError as error:
        raise NotebookError(
            f"it is no notebook, or a damaged one ({printable(str(error), 200)}); {_SAVE_AGAIN}"
        ) from None
    except RecursionError:
        raise NotebookError(f"it is nested too deeply for a notebook; {_SAVE_AGAIN}") from None
    _refuse_other_languages(notebook.metadata)
    pieces: list[str] = []
    cells: list[tuple[int, int]] = []
    line, code_bytes = 1, 0
    for number, raw in _code_cells(notebook):
        source = _source(raw, number, max_code_bytes)
        if not source.strip():
            continue
        pieces.append(source if source.endswith("\n") else f"{source}\n")
        cells.append((line, number))
        line += pieces[-1].count("\n")
        code_bytes += len(source.encode())
        if code_bytes > max_code_bytes:
            raise _too_much_code(max_code_bytes)
        if len(cells) > MAX_CELLS:
            raise NotebookError(f"it has more than {MAX_CELLS} cells of code; join some")
    return Code("".join(pieces), tuple(cells))


# What Python writes where JSON has no number, outside of strings: up to it, and it.
_NOT_JSON = re.compile(
    rb'(?:[^"NI]++|"(?:[^"\\]++|\\.)*+"|[NI](?!aN\b|nfinity\b))*+(?P<found>NaN|Infinity)', re.DOTALL
)
# Half of a character that takes two escapes, which UTF-8 does not have: up to it, and it.
_HALF = re.compile(
    rb"(?:[^\\]++|\\[^u]|\\u(?![dD][89a-fA-F])|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)*+"
    rb"(?P<found>\\u[dD][89a-fA-F][0-9a-fA-F]{2})",
    re.DOTALL,
)


def _decode(text: str) -> _Notebook:
    """The notebook in a text of JSON, or of what Python writes for JSON.

    An output may hold NaN, or a character cut in half: neither is a reason to refuse a notebook.
    """
    try:
        return msgspec.json.decode(text, type=_Notebook)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        # In place, as it may be much: of a number is left a 0, of half a character that it was one.
        data = bytearray(text.encode())
        for pattern, mended in ((_NOT_JSON, b"0"), (_HALF, rb"\ufffd")):
            end = 0
            while found := pattern.match(data, end):
                start, end = found.span("found")
                data[start:end] = mended.ljust(end - start)
        return msgspec.json.decode(data, type=_Notebook)


def _code_cells(notebook: _Notebook) -> Iterator[tuple[int, msgspec.Raw]]:
    """Each code cell's number and its source, as JSON."""
    if notebook.nbformat == 4 and notebook.cells is not None:
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type == "code":
                yield number, cell.source
    elif notebook.nbformat in (2, 3) and notebook.worksheets is not None:
        older = [cell for sheet in notebook.worksheets for cell in sheet.cells]
        for number, cell in enumerate(older, start=1):
            if cell.cell_type == "code":
                yield number, cell.input
    elif notebook.nbformat in (2, 3, 4):
        raise NotebookError(f"it is a damaged notebook, without cells; {_SAVE_AGAIN}")
    else:
        raise NotebookError(f"nbformat {notebook.nbformat} is not known; save it as nbformat 4")


def _source(raw: msgspec.Raw, number: int, max_code_bytes: int) -> str:
    """A cell's code, with "\n" as its line ends."""
    if memoryview(raw).nbytes > _MAX_ESCAPE * max_code_bytes:
        raise _too_much_code(max_code_bytes)
    try:
        source = msgspec.json.decode(raw, type=str | list[str])
    except msgspec.MsgspecError:
        raise NotebookError(f"the code of cell {number} is damaged; {_SAVE_AGAIN}") from None
    text = source if isinstance(source, str) else "".join(source)
    if "\0" in text:
        raise NotebookError(f"cell {number} holds a NUL character; remove it")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _too_much_code(max_code_bytes: int) -> NotebookError:
    return NotebookError(
        f"it holds more than {max_code_bytes >> 20} MiB of code; hand in source code only"
    )


def _refuse_other_languages(metadata: _Metadata) -> None:
    """Refuse a notebook that says of itself that it is not Python; one may say nothing."""
    info, kernel = metadata.language_info, metadata.kernelspec
    language = (info.name if info else "") or (kernel.language if kernel else "")
    if language and language.casefold() not in ("python", "python3", "ipython"):
        raise NotebookError(
            f"it is written in {printable(language, 50)}; choose a Python kernel for it"
        )


# ---------------------------------------------------------------- making one


def make_notebook(module: str, slug: str, *, trains: bool) -> bytes:
    """A module as a notebook: its docstring as text, then a cell for each function and class, and
    one for what stands between two of them; in the end cells that check it and draw its training.

    Args:
        trains: whether a check of the assignment trains.
    """
    import nbformat  # only the command that makes one needs it
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    text, code = split_module(module)
    cells = [new_markdown_cell(f"# {text}")] if text else []
    cells += [new_code_cell(source) for source in code]
    cells.append(new_markdown_cell(SAVE_FIRST))
    cells += [new_code_cell(source) for source in checking_cells(slug, trains=trains)]
    for number, cell in enumerate(cells, start=1):
        cell.id = f"cell-{number}"  # new ones are random: the same module gives the same notebook
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = new_notebook(cells=cells, metadata=metadata)
    return f"{nbformat.writes(notebook, version=4)}\n".encode()


SAVE_FIRST = "Save the notebook, then run this cell: what is checked is the file."


def checking_cells(slug: str, *, trains: bool) -> list[str]:
    """The code that a made notebook ends with: of what is graded it is no part."""
    cells = [f'from grader import check\n\ncheck("{slug}")']
    return [*cells, f'check("{slug}").curves'] if trains else cells


def split_module(module: str) -> tuple[str, list[str]]:
    """A module's docstring, and its code in pieces, a cell each."""
    tree = ast.parse(module)
    lines = module.splitlines()
    docstring = ast.get_docstring(tree) or ""
    statements = tree.body[1:] if docstring else tree.body
    written = tree.body[0].end_lineno or 0 if docstring else 0
    code = []
    for _, group in groupby(enumerate(statements), key=_cell_of):
        end = list(group)[-1][1].end_lineno or 0
        # From the end of the last one on, so that the comments above a statement stay with it.
        code.append("\n".join(lines[written:end]).strip("\n"))
        written = end
    if code:
        code[-1] = "\n".join([code[-1], *lines[written:]]).strip("\n")
    return docstring, code


def _cell_of(numbered: tuple[int, ast.stmt]) -> int:
    """What statements that share a cell have in common."""
    number, statement = numbered
    is_definition = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return number if is_definition else -1
