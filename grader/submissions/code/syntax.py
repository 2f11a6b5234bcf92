"""What two files have in common that differ in comments, layout and docstrings alone."""

from __future__ import annotations

import ast
import hashlib

from grader.submissions.code.parsing import parsed


def syntax_digest(text: str) -> str:
    """SHA-256 of the text's syntax tree; "" where it has none, or is too large or too deep.

    The text is parsed, never run. Two texts have the same digest if Python can't tell them apart,
    but for docstrings and the places of things.
    """
    tree = parsed(text)
    if tree is None:
        return ""
    for node in ast.walk(tree):
        drop_docstring(node)
    try:
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
    except (ValueError, RecursionError, MemoryError):  # an integer of too many digits
        return ""


def drop_docstring(node: ast.AST) -> None:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
        value = body[0].value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            del body[0]
