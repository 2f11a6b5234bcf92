"""What a constant is (definitions.py says it in words), by the names that are known where it is."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from grader.sandbox.inside.loading.statements import bound, root, stored, walk

# Modules whose calls make constants.
PURE = frozenset({
    "abc", "cmath", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal",
    "enum", "fractions", "functools", "itertools", "logging", "math", "numbers", "numpy",
    "operator", "random", "re", "statistics", "string", "torch", "types", "typing",
    "typing_extensions",
})  # fmt: skip
# What makes no constant all the same, by its last name: it reads files, sets torch's state, or
# calls what it is given.
IMPURE = frozenset({
    "__import__", "breakpoint", "compile", "eval", "exec", "exit", "filter", "from_file",
    "fromfile", "genfromtxt", "globals", "help", "input", "load", "loadtxt", "locals",
    "manual_seed", "map", "memmap", "open", "print", "quit", "reduce", "save", "seed",
    "set_default_dtype", "set_grad_enabled", "setattr", "starmap", "vars",
})  # fmt: skip
# Classes that hold values: of such a base, or decorated so.
_RECORDS = frozenset({
    "Enum", "Flag", "IntEnum", "IntFlag", "NamedTuple", "StrEnum", "TypedDict", "dataclass",
})  # fmt: skip
_NEVER = (ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)


class Names:
    """The names that are known after the statements so far. `assigned` are those of constants."""

    def __init__(self) -> None:
        self.assigned: set[str] = set()
        self._known = set(dir(builtins))
        self._callable = self._known - IMPURE  # of these, whose call makes a constant
        self._imported: set[str] = set()
        self._lost: set[str] = set()  # whose last value is not known
        self._star = False  # `from … import *`: any other name may be known

    def bind(self, names: Iterable[str], is_callable: bool) -> None:
        """They have a value from here on; whether calling it makes a constant."""
        for name in names:
            self._known.add(name)
            self._imported.discard(name)
            self.assigned.discard(name)
            self._lost.discard(name)
            (self._callable.add if is_callable else self._callable.discard)(name)

    def assign(self, names: Iterable[str], is_callable: bool) -> None:
        """As `bind`, of a constant."""
        names = list(names)
        self.bind(names, is_callable)
        self.assigned.update(names)

    def bind_imports(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            full = alias.name
            if isinstance(statement, ast.ImportFrom):
                full = f"{statement.module or '.'}.{alias.name}"
            package, last = full.partition(".")[0], full.rpartition(".")[2]
            self.bind([bound(alias)], package in PURE and last not in IMPURE)
            self._imported.add(bound(alias))
            self._star = self._star or alias.name == "*"

    def lose(self, name: str) -> None:
        """It has a value from here on of which nothing is known."""
        self._known.discard(name)
        self._lost.add(name)

    def has(self, name: str) -> bool:
        """Whether it has a value that is known, not only one that `import *` may give it."""
        return name in self._known

    def is_known(self, name: str) -> bool:
        return name in self._known or (self._star and name not in self._lost)

    def is_own(self, target: ast.expr) -> bool:
        """Whether what an assignment changes is the notebook's: its names, or parts of theirs."""
        if isinstance(target, ast.Tuple | ast.List):
            return all(map(self.is_own, target.elts))
        if isinstance(target, ast.Name):
            return True
        if isinstance(target, ast.Starred):
            return self.is_own(target.value)
        owner = root(target)
        is_own = bool(owner) and owner not in self._imported
        return is_own and self.is_constant(target)

    def is_constant(self, expression: ast.expr) -> bool:
        """Whether it is made of constants only; a bare name counts as one."""
        nodes = list(walk(expression))
        looped = set(stored(expression, walk))  # a comprehension's own names
        if any(isinstance(node, _NEVER) for node in nodes):
            return False
        if not self.are_known(expression):
            return False
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        # What a comprehension goes through is as good as what that is made of.
        good = not (looped and calls) or self.makes_constants(expression)
        return good and all(self.makes_constants(call, looped) for call in calls)

    def are_known(self, expression: ast.expr) -> bool:
        """Whether all names in it are known, but for those that it gives values to itself."""
        names = {node.id for node in walk(expression) if isinstance(node, ast.Name)}
        return all(map(self.is_known, names - {*stored(expression, walk)}))

    def makes_constants(self, function: ast.expr, looped: Iterable[str] = ()) -> bool:
        """Whether calling it makes a constant: it is made of nothing of the notebook's own."""
        if isinstance(function, ast.Attribute) and function.attr in IMPURE:
            return False
        nodes = list(walk(function))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names -= {*looped, *stored(function, walk)}
        return names <= self._callable and not any(isinstance(n, ast.Lambda) for n in nodes)


def is_record(definition: ast.stmt) -> bool:
    """Whether it defines a class that holds values, so that calling it makes a constant."""
    if not isinstance(definition, ast.ClassDef):
        return False
    made_by = [*definition.bases, *definition.decorator_list]
    functions = [node.func if isinstance(node, ast.Call) else node for node in made_by]
    names = {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in functions}
    return bool(names & _RECORDS)
