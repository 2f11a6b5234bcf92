"""Check files as students get them: without hidden checks, and without what only those need.

A hidden check is cut out with its comments and decorators, and a function that says nothing but its
points stands in for it. Helpers, constants and imports that nothing else uses go with it, in the
files that checks share as well. What is left is as it was, line by line; so is the docstring at the
top of the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

PACKAGE = "grader.checks"

STAND_IN = """\


@pytest.mark.points({points:g})
@pytest.mark.hidden(deferred=True)
def {name}() -> None:
    \"\"\"Hidden check {number}\"\"\"
"""


class CutError(ValueError):
    """A hidden check can't be cut out: one line that names it and says what to change."""


@dataclass(frozen=True, eq=False)
class Unit:
    """What can be cut out by itself: a statement at the top level, or one name of an import."""

    statement: ast.stmt
    names: frozenset[str]  # that it defines
    uses: frozenset[str]  # names, arguments (fixtures) and strings in it
    alias: ast.alias | None = None

    @property
    def is_check(self) -> bool:
        return any(name.startswith("test_") for name in self.names)


@dataclass
class Module:
    """A file below `grader/checks/`, and what is to be cut out of it."""

    name: str
    source: str
    units: list[Unit]
    cut: set[Unit] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)  # names that only what was cut out may need

    def imported(self, units: Iterable[Unit]) -> set[tuple[str, str]]:
        """What these units import of other check files: (module, name), name "" for all of it."""
        found = set()
        for unit in units:
            if unit.alias is None:
                continue
            if isinstance(unit.statement, ast.Import):
                if unit.alias.name.startswith(f"{PACKAGE}."):
                    found.add((unit.alias.name.removeprefix(f"{PACKAGE}."), ""))
            elif isinstance(unit.statement, ast.ImportFrom):
                origin = f"{unit.statement.module}.{unit.alias.name}"
                if origin.startswith(f"{PACKAGE}."):
                    within, _, name = origin.removeprefix(f"{PACKAGE}.").rpartition(".")
                    found.add((within, name))
                    found.add((f"{within}.{name}".lstrip("."), ""))  # should it be a module
        return found

    def cut_unneeded(self, wanted: set[str]) -> list[Unit]:
        """Cut what the suspects lead to and nothing else needs, and return it.

        Args:
            wanted: names that other files import from this one; "" for all of them.
        """
        kept = [unit for unit in self.units if unit not in self.cut]
        doubtful = {unit for unit in reach(kept, self.suspects) if not unit.is_check}
        roots = [u for u in kept if u not in doubtful or u.names & wanted or "" in wanted]
        needed = reach(kept, {name for root in roots for name in root.uses})
        unneeded = [unit for unit in kept if unit in doubtful - needed - set(roots)]
        self.cut.update(unneeded)
        return unneeded


def reach(units: Sequence[Unit], names: Iterable[str]) -> set[Unit]:
    """The units that define these names, what those use, and so on."""
    reached: set[Unit] = set()
    pending = set(names)
    while pending:
        fresh = {unit for unit in units if unit.names & pending} - reached
        reached |= fresh
        pending = {name for unit in fresh for name in unit.uses}
    return reached


def cut_hidden(
    sources: Mapping[str, str], hidden: Mapping[str, Mapping[str, float]]
) -> dict[str, str]:
    """The files of `grader/checks/` without their hidden checks.

    Args:
        sources: by module name.
        hidden: by module name, the hidden checks that pytest collects there, with their points.

    Raises:
        CutError: a hidden check is not a plain function of that file, or is a gate.
    """
    if not any(hidden.values()):
        return dict(sources)
    modules = {name: parse(name, source) for name, source in sources.items()}
    functions = {
        name: find_functions(module, hidden.get(name, {})) for name, module in modules.items()
    }
    for name, found in functions.items():
        module = modules[name]
        module.cut.update(found)
        module.suspects = {use for unit in found for use in unit.uses} - {"pytest"}
    pending = [name for name in modules if functions[name]]
    while pending:
        module = modules[pending.pop()]
        wanted = {
            imported
            for other in modules.values()
            for origin, imported in other.imported(u for u in other.units if u not in other.cut)
            if origin == module.name
        }
        for origin, imported in module.imported(module.cut_unneeded(wanted)):
            if origin in modules and imported:
                modules[origin].suspects.add(imported)
                pending.append(origin)
    return {
        name: write(module, functions[name], hidden.get(name, {}))
        for name, module in modules.items()
    }


# ---------------------------------------------------------------- reading


def parse(name: str, source: str) -> Module:
    units = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                bound = alias.asname or alias.name.partition(".")[0]
                units.append(Unit(statement, frozenset({bound}), frozenset(), alias))
        else:
            units.append(Unit(statement, defined_by(statement), used_by(statement)))
    return Module(name, source, units)


def defined_by(statement: ast.stmt) -> frozenset[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return frozenset({statement.name})
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        stored = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
        return frozenset(n.id for n in stored if isinstance(n.ctx, ast.Store))
    return frozenset()


def used_by(statement: ast.stmt) -> frozenset[str]:
    used = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.add(node.id)
        elif isinstance(node, ast.arg):
            used.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.add(node.value)
    return frozenset(used)


def find_functions(module: Module, hidden: Mapping[str, float]) -> dict[Unit, list[str]]:
    """The functions of the hidden checks, each with the checks (one a set of parameters) of it."""
    checks: dict[Unit, list[str]] = {}
    for unit in module.units:
        statement = unit.statement
        if isinstance(statement, ast.FunctionDef) and "hidden" in marks_of(statement):
            if "gate" in marks_of(statement):
                raise CutError(
                    f"{module.name}.py: the hidden check {statement.name} is a gate, whose title "
                    "the checks below it would tell; take one of the two marks off"
                )
            checks[unit] = [c for c in hidden if c.partition("[")[0] == statement.name]
    found = [check for of_one in checks.values() for check in of_one]
    for check in hidden:
        if check not in found:
            raise CutError(
                f"{module.name}.py: the hidden check {check} can't be cut out; make it a function "
                "of this file, outside any class, with @pytest.mark.hidden above it"
            )
    return checks


def marks_of(function: ast.FunctionDef) -> set[str]:
    """The names of its marks, written `@pytest.mark.NAME` or with arguments."""
    texts = [ast.unparse(d.func if isinstance(d, ast.Call) else d) for d in function.decorator_list]
    return {text.removeprefix("pytest.mark.") for text in texts if text.startswith("pytest.mark.")}


# ---------------------------------------------------------------- writing


def write(
    module: Module, functions: Mapping[Unit, Sequence[str]], points: Mapping[str, float]
) -> str:
    """The module's source without what is cut, with stand-ins for the hidden checks."""
    if not module.cut:
        return module.source
    lines = module.source.splitlines(keepends=True)
    text: list[str] = []
    names = {name for unit in module.units for name in unit.names}
    number = 0
    done = 0  # lines
    for statement in dict.fromkeys(unit.statement for unit in module.units):
        units = [unit for unit in module.units if unit.statement is statement]
        start, end = extent(statement, lines)
        start = max(start, done + 1)  # two on one line
        cut = [unit for unit in units if unit in module.cut]
        if len(cut) < len(units):
            text += lines[done : start - 1]
            text += without(statement, [u.alias for u in cut if u.alias], lines[start - 1 : end])
        elif done == 0:
            text += lines[: start - 1]  # what opens the file is not about its first statement
        elif end < len(lines) and lines[end].strip():  # the next one takes its place
            text += takewhile(str.isspace, lines[done : start - 1])
        for check in functions.get(units[0], ()):
            number += 1
            name = f"test_hidden_{number}"
            while name in names:
                name += "_"
            text.append(STAND_IN.format(points=points[check], name=name, number=number))
        done = end
    return "".join(text + lines[done:])


def extent(statement: ast.stmt, lines: Sequence[str]) -> tuple[int, int]:
    """First and last line of a statement, its decorators and the comments at its end included."""
    decorators = getattr(statement, "decorator_list", [])
    start = min([statement.lineno, *(d.lineno for d in decorators)])
    end = last = statement.end_lineno or statement.lineno
    while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
        end += 1
        last = end if lines[end - 1].strip() else last
    return start, last


def without(
    statement: ast.stmt, aliases: Sequence[ast.alias], lines: Sequence[str]
) -> Sequence[str]:
    """The lines of an import without some of its names."""
    if not aliases or not isinstance(statement, ast.Import | ast.ImportFrom):
        return lines
    dropped = set()
    for alias in aliases:
        number = alias.lineno - statement.lineno
        if lines[number].partition("#")[0].strip().rstrip(",") == ast.unparse(alias):
            dropped.add(number)
    if len(dropped) == len(aliases):  # each on a line of its own
        return [line for number, line in enumerate(lines) if number not in dropped]
    kept = [alias for alias in statement.names if alias not in aliases]
    if isinstance(statement, ast.Import):
        return [ast.unparse(ast.Import(kept)) + "\n"]
    return [ast.unparse(ast.ImportFrom(statement.module, kept, statement.level)) + "\n"]
