"""From text to what counts of it: a notebook's cells, or a module."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection
from pathlib import PurePath, PurePosixPath

from grader.sandbox.inside.loading.definitions import Definitions
from grader.sandbox.wire.cells import Cells, body_of, without_ipython


def read_definitions(
    source: str, cells: Cells, filename: str, wanted: Collection[str] | None
) -> Definitions:
    """What counts of a notebook's code, or of a module's if there are no cells.

    A cell that is not Python is left out, unless it defines what the assignment asks for, or that
    is defined nowhere and the cell speaks of it.

    Raises:
        SyntaxError: of a cell that can't be left out, or the module, with its line in `source`.
    """
    lines = source.split("\n")
    cells = cells or ((1, 1),)
    definitions = Definitions(wanted)
    unreadable: list[tuple[SyntaxError, str]] = []
    for (first, _), (end, _) in zip(cells, [*cells[1:], (len(lines) + 1, 0)], strict=True):
        cell = "\n".join(lines[first - 1 : end - 1])
        try:
            tree = _parse(cell, first, filename, definitions)
        except SyntaxError as error:
            if len(cells) == 1 or _defined(cell, definitions.wanted):
                raise
            unreadable.append((error, cell))
        else:
            definitions.take(ast.increment_lineno(tree, first - 1).body)
    for failure, cell in unreadable:
        if any(name in cell and not definitions.defines(name) for name in definitions.wanted):
            raise failure
        definitions.unreadable.append(failure)
    return definitions


def _parse(cell: str, first: int, filename: str, definitions: Definitions) -> ast.Module:
    """A cell's Python; where a magic makes it something else, that is noted in `definitions`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they would name a line of the cell, not of the source
        try:
            return ast.parse(cell, filename)
        except SyntaxError:
            pass  # IPython's syntax, perhaps
        body = body_of(cell)
        if body.magic and PurePosixPath(body.file).name != PurePath(filename).name:
            for name in _defined(body.text, definitions.wanted):
                definitions.elsewhere[name] = (first, body.magic)
            if body.file.endswith(".py"):
                before = definitions.files.get(body.file, "") if body.appends else ""
                definitions.files[body.file] = before + body.text
            return ast.Module([], type_ignores=[])
        try:
            return ast.parse(without_ipython(body.text), filename)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + first - 1
            error.end_lineno = (error.end_lineno or 1) + first - 1
            raise


def _defined(text: str, wanted: Collection[str]) -> list[str]:
    """Of the names, those that a text which may not be Python looks like defining."""
    return [
        name
        for name in wanted
        if re.search(rf"^\s*(?:(?:class|def)\s+{name}\b|{name}\s*=(?!=))", text, re.MULTILINE)
    ]
