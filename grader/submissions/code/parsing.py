"""A student's text as Python's parser sees it, within bounds and without a word on stderr."""

from __future__ import annotations

import ast
import warnings
from typing import Literal

MAX_CHARACTERS = 65_536


def parsed(text: str, on_warning: Literal["ignore", "error"] = "ignore") -> ast.Module | None:
    """The syntax tree of a text, which is parsed, never run.

    None where it has none, is longer than MAX_CHARACTERS or nested too deep; on "error" also where
    Python warns of it, as of a backslash that escapes nothing.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter(on_warning)
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
            return None
