"""Why a module does not define the name that is asked for, by its source."""

from __future__ import annotations

import ast

from grader.checks.misconceptions import Mistake, filled

IN_ANOTHER = Mistake(
    "defined within another block",
    "{name} stands within {outer}, where it can't be seen from outside: move it to the left "
    "margin.",
)
RENAMED = Mistake(
    "defined by another name",
    "The module defines {seen}, and not {name}: keep the name that the stub gives.",
)
Block = ast.ClassDef | ast.FunctionDef


def recognise_missing_name(name: str, source: str) -> Mistake | None:
    """Why `name` is not there: it is indented into another block, or called otherwise."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    blocks = [node for node in body if isinstance(node, Block)]
    for block in blocks:
        if any(isinstance(node, Block) and node.name == name for node in ast.walk(block)):
            kind = "class" if isinstance(block, ast.ClassDef) else "function"
            return filled(IN_ANOTHER, name=name, outer=f"the {kind} {block.name}")
    wanted = ast.ClassDef if name[0].isupper() else ast.FunctionDef
    others = [f"`{block.name}`" for block in blocks if isinstance(block, wanted)]
    return filled(RENAMED, name=name, seen=others[-1]) if len(others) == 1 else None
