"""What is said of a module that is not Python: the same on both sides of the wall."""

from __future__ import annotations

import ast
import warnings
from typing import NamedTuple

from grader.sandbox.wire.cells import body_of, line_of, without_ipython

MAX_CHARACTERS = 65_536  # a longer text is left to the worker


class SourcePlace(NamedTuple):
    """A line, from 1, and its characters that are meant, from 0; both 0 where nobody knows."""

    line: int | None
    start: int = 0
    end: int = 0


def place_of_error(error: SyntaxError, source: str) -> SourcePlace:
    """Where in `source` Python stopped reading; `error` has a line."""
    assert error.lineno is not None
    start = max((error.offset or 1) - 1, 0)
    is_one_line = error.end_lineno == error.lineno
    end = (error.end_offset or 0) - 1 if is_one_line else len(line_of(source, error.lineno) or "")
    return SourcePlace(error.lineno, start, max(end, start + 1))


def error_in(source: str) -> SyntaxError | None:
    """Why a module's text is no Python and no part of it can count; None: a worker is to say.

    The text is parsed, never run. A worker would come to the same twice, first reading all of the
    module and then its definitions only. It is to say what needs saying otherwise: warnings are
    printed there, and IPython's syntax is read there as well.
    """
    if len(source) > MAX_CHARACTERS:
        return None
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            ast.parse(source)
        except SyntaxError as error:
            if error.lineno is None or seen or body_of(source).magic:
                return None
            return error if without_ipython(source) == source else None
        except (ValueError, RecursionError, MemoryError):
            pass
    return None
