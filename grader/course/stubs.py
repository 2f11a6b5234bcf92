"""Stubs from solutions: `grader stubs` writes them, `grader stubs --check` compares.

A solution marks what students are to write themselves:

    # BEGIN SOLUTION: put the bias to zero
    nn.init.zeros_(self.bias)
    # END SOLUTION

In the stub the marked lines become one that says what is missing:

    raise NotImplementedError("Write this part: put the bias to zero")
"""

from __future__ import annotations

import ast
import json
import os
import re
from pathlib import Path

from grader.course.manifest import Course
from grader.course.place import is_carried

_BEGIN = re.compile(r"(?P<indent>\s*)# BEGIN SOLUTION: (?P<task>\S.*)")
_END = re.compile(r"\s*# END SOLUTION")
# A mark with a slip in it must not go unnoticed: it would hand the answer to the students.
_NEARLY = re.compile(r"#.*\b(BEGIN|END)\W*SOLUTION", re.IGNORECASE)


class StubError(ValueError):
    """A solution's marks are wrong, or there are no solutions: one line that says where."""


def make_stub(solution_source: str, filename: str = "<solution>") -> str:
    """The solution with each marked block replaced by a `NotImplementedError` that names the task.

    Args:
        solution_source: a Python module.
        filename: how errors name it.

    Raises:
        StubError: a mark is misspelt, nested, without its counterpart or without a task, or there
            is none.
    """
    stub: list[str] = []
    begun_at = 0  # the line of the open BEGIN mark; 0 outside a block
    blocks = 0
    for number, line in enumerate(solution_source.splitlines(), start=1):
        where = f"{filename}:{number}"
        if begin := _BEGIN.fullmatch(line):
            if begun_at:
                raise StubError(
                    f"{where}: BEGIN SOLUTION inside the block begun at line {begun_at}; "
                    "end that one first"
                )
            begun_at = number
            blocks += 1
            message = json.dumps(f"Write this part: {begin['task']}", ensure_ascii=False)
            stub.append(f"{begin['indent']}raise NotImplementedError({message})")
        elif _END.fullmatch(line):
            if not begun_at:
                raise StubError(f"{where}: END SOLUTION without a BEGIN SOLUTION before it")
            begun_at = 0
        elif _NEARLY.search(line):
            raise StubError(
                f"{where}: not a mark; write '# BEGIN SOLUTION: <what to write>' or "
                "'# END SOLUTION' on a line of its own"
            )
        elif not begun_at:
            stub.append(line)
    if begun_at:
        raise StubError(f"{filename}:{begun_at}: BEGIN SOLUTION without an END SOLUTION after it")
    if not blocks:
        raise StubError(f"{filename}:1: no BEGIN SOLUTION; its stub would give the answer away")
    return "\n".join(stub) + "\n"


def original_stub(course: Course, slug: str) -> str | None:
    """The stub as it is handed out; what lies in `assignments/` may be a student's work.

    It is made from the solution; a released copy has none, and keeps the stub instead. What a wheel
    carries nobody has worked in. None where nothing of this is at hand.
    """
    solution, kept = course.solution_path(slug), course.kept_stub_path(slug)
    if solution.is_file():
        return make_stub(solution.read_text(encoding="utf-8"), f"solutions/{solution.name}")
    if not kept.is_file() and is_carried(course.root):
        kept = course.stub_path(slug)
    return kept.read_text(encoding="utf-8") if kept.is_file() else None


def defined_names(course: Course, slug: str) -> tuple[str, ...]:
    """What the assignment asks its module to define: the functions and classes of its stub."""
    tree = ast.parse(original_stub(course, slug) or "")
    definitions = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    return tuple(node.name for node in definitions if not node.name.startswith("_"))


def derive_stubs(root: Path) -> dict[Path, str]:
    """What every stub below `root` should be: its path and text, one for each solution.

    Raises:
        StubError: there are no solutions, or the marks of one are wrong.
    """
    if not (root / "solutions").is_dir():
        raise StubError(
            "there is no solutions/ folder here; use the instructors' copy of the course"
        )
    return {
        root / "assignments" / solution.name: make_stub(
            solution.read_text(encoding="utf-8"), f"solutions/{solution.name}"
        )
        for solution in sorted((root / "solutions").glob("*.py"))
    }


def drifted_stubs(root: Path) -> dict[Path, str]:
    """Of these, the ones that are missing or differ on disk."""
    return {
        path: text
        for path, text in derive_stubs(root).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def write_stubs(root: Path) -> list[Path]:
    """Write the stubs that drifted, each in one step, and return their paths.

    A wrong mark in any solution is a StubError before the first of them is written.
    """
    stubs = drifted_stubs(root)
    for path, text in stubs.items():
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    return list(stubs)
