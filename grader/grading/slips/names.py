"""Why a module does not define the name that is asked for, by its source."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Sequence

from grader.grading.slips.table import Slip
from grader.submissions.code.parsing import parsed

Block = ast.ClassDef | ast.FunctionDef
SHOWN = 3  # names, at most
ALIKE = 0.7  # what difflib calls the ratio of two


def missing_name(name: str, source: str, stub: str | None) -> Slip | None:
    """Why `name` is not there: it is indented into another block, or called otherwise."""
    blocks = blocks_of(source)
    for block in blocks:
        if any(isinstance(node, Block) and node.name == name for node in ast.walk(block)):
            kind = "class" if isinstance(block, ast.ClassDef) else "function"
            return Slip(
                "defined within another block",
                f"{name} stands within the {kind} {block.name}, where it can't be seen from "
                "outside: move it to the left margin.",
            )
    asked = {block.name for block in blocks_of(stub or "")}
    blocks = [block for block in blocks if block.name not in asked]
    meant = meant_for(name, blocks)
    if meant:
        told = " and ".join(f"`{each}`" for each in meant)
        which = "that is" if len(meant) == 1 else "one of these is"
        return Slip(
            "defined by another name",
            f"The module defines {told}, and not {name}: if {which} what is meant, call it {name}.",
        )
    classes = deriving(blocks, "Optimizer")
    if name == "make_optimizer" and len(classes) == 1:
        return Slip(
            "class in place of the function",
            f"The module defines the class `{classes[0]}`, but not {name}, the function that gives "
            f"one: return {classes[0]}(...) from it.",
        )
    return None


def meant_for(name: str, blocks: Sequence[Block]) -> list[str]:
    """What stands in place of `name`: networks, the only block of its kind, or what is alike."""
    kind = ast.ClassDef if name[0].isupper() else ast.FunctionDef
    of_kind = [block.name for block in blocks if isinstance(block, kind)]
    networks = deriving(blocks, "Module") if name == "Net" else []
    if 1 <= len(networks) <= SHOWN:
        return networks
    if len(of_kind) == 1:
        return of_kind
    by_lower = {block.name.lower(): block.name for block in blocks}
    alike = difflib.get_close_matches(name.lower(), by_lower, SHOWN, ALIKE)
    return [by_lower[each] for each in alike]


def deriving(blocks: Sequence[Block], base: str) -> list[str]:
    """The names of the classes that derive from `base`, as from nn.Module, itself."""
    ends = re.compile(rf"(?:.*\.)?{base}")
    return [
        block.name
        for block in blocks
        if isinstance(block, ast.ClassDef)
        and any(ends.fullmatch(ast.unparse(each)) for each in block.bases)
    ]


def blocks_of(source: str) -> list[Block]:
    """The classes and functions at the left margin; none where the code can't be read."""
    tree = parsed(source)
    return [] if tree is None else [node for node in tree.body if isinstance(node, Block)]
