"""Where in the student's file an exception came from, and what Python would add to its message."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from types import TracebackType

from grader.sandbox.wire.cells import line_of
from grader.sandbox.wire.syntax import SourcePlace, place_of_error


def place_in(file: str, source: str, error: BaseException) -> SourcePlace:
    """The last place in `file`, whose text is `source`, that took part in raising `error`."""
    if isinstance(error, SyntaxError) and error.filename == file and error.lineno is not None:
        return place_of_error(error, source)
    place, traceback = SourcePlace(None), error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == file:
            place = place_of_frame(traceback, source)
        traceback = traceback.tb_next
    return place


def place_of_frame(traceback: TracebackType, source: str) -> SourcePlace:
    """The expression that this frame was about; Python counts its columns in bytes."""
    number = traceback.tb_lineno
    positions = list(traceback.tb_frame.f_code.co_positions())
    first, last, start, end = positions[traceback.tb_lasti // 2]
    line = line_of(source, number)
    if line is None or first != number or start is None or end is None:
        return SourcePlace(number)
    encoded = line.encode("utf-8", "replace")
    if last != first:
        end = len(encoded)
    return SourcePlace(
        number, *(len(encoded[:column].decode("utf-8", "ignore")) for column in (start, end))
    )


def suggestion_of(error: BaseException) -> str:
    """What Python adds where it shows `error`, such as ". Did you mean: 'W_1'?"; "" for nothing."""
    if not isinstance(error, AttributeError | NameError | ImportError):
        return ""
    shown = io.StringIO()
    with contextlib.suppress(Exception), contextlib.redirect_stderr(shown):
        sys.__excepthook__(type(error), error, error.__traceback__)
    found = re.search(
        r"\. Did you (?:mean: '[^']{1,100}'|forget to import '[^']{1,100}')\?\Z",
        shown.getvalue().rstrip(),
    )
    return found[0] if found else ""
