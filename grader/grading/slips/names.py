"""Why a module does not define the name that is asked for, by its source."""

from __future__ import annotations

import ast

from grader.grading.slips.table import Slip

Block = ast.ClassDef | ast.FunctionDef


def missing_name(name: str, source: str) -> Slip | None:
    """Why `name` is not there: it is indented into another block, or called otherwise."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    blocks = [node for node in body if isinstance(node, Block)]
    for block in blocks:
        if any(isinstance(node, Block) and node.name == name for node in ast.walk(block)):
            kind = "class" if isinstance(block, ast.ClassDef) else "function"
            return Slip(
                "defined within another block",
                f"{name} stands within the {kind} {block.name}, where it can't be seen from "
                "outside: move it to the left margin.",
            )
    wanted = ast.ClassDef if name[0].isupper() else ast.FunctionDef
    others = [block.name for block in blocks if isinstance(block, wanted)]
    if len(others) != 1:
        return None
    return Slip(
        "defined by another name",
        f"The module defines `{others[0]}`, and not {name}: keep the name that the stub gives.",
    )
