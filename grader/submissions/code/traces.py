"""Whether a module that was used leaves the process as it was, so that another may follow it."""

from __future__ import annotations

import ast

from grader.submissions.code.meaning import meaning_of
from grader.submissions.model import Source

SETTING = ("set_", "use_", "register_", "seterr", "backends", "deterministic", "simplefilter")


def leaves_no_trace(source: Source) -> bool:
    """Whether a module keeps to itself: it sees nothing of what is around it, sets nothing of the
    libraries and gives no attribute to what it imports.

    That is read off the text. Who relies on it has a look at the process as well.
    """
    if not meaning_of(source):
        return False
    texts = [source.text, *(text for _, text in source.siblings)]
    return all(_keeps_to_itself(ast.parse(text)) for text in texts)


def _keeps_to_itself(tree: ast.Module) -> bool:
    nodes = list(ast.walk(tree))
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    for node in nodes:
        if isinstance(node, ast.Attribute):
            if node.attr.startswith(SETTING):
                return False
            if not isinstance(node.ctx, ast.Load) and _root_of(node) in imported:
                return False
        if isinstance(node, ast.Name) and node.id in ("setattr", "delattr"):
            return False
    return True


def _root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
