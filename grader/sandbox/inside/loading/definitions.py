"""What of a notebook counts: its definitions. What it ran to draw or to train is left out.

So it is with a module that does not get to its end, and with the modules that such a one imports.

Counted are, in the order of the cells, so that of two definitions of a name the last stays:

- functions and classes;
- imports, as far as anything else that counts uses them or the assignment asks for them; all of a
  module that is imported itself;
- assignments of constants. A constant is made of literals, of names that count, of their
  attributes, items and arithmetic, and of calls of Python, PyTorch, NumPy and the modules in
  `PURE` (`nn.ReLU()`, `dict(lr=0.1)`, `partial(Net, p=0.3)`), but for those that read files or set
  torch's state. Calls of the notebook's own functions and classes (`Net(784, 512, 10)`,
  `train(net)`) and of other libraries are no constants, those of its dataclasses, named tuples and
  enumerations are;
- assignments of constants to attributes and items of what the notebook itself defines
  (`Net.forward = forward`);
- an assignment of anything that can be made of names that count, where it is the first to give a
  value to a name that the assignment asks for (`make_optimizer = Maker()`);
- `if` and `try` with what counts inside, where the condition is a constant.

Expressions, loops, `with` and the like are left out, and so is an assignment to `_`. What raises
an exception here costs nothing, unless what it gives is needed: what the assignment asks for is.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import PurePath, PurePosixPath
from typing import Any

from grader.sandbox.wire.cells import Cells, body_of, without_ipython

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

# Methods that change what they are called on, as those do whose name ends in "_".
_CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "extend", "insert", "pop", "popitem", "remove",
    "reverse", "setdefault", "sort", "update",
})  # fmt: skip

NO_CONSTANT = "is no constant, so it was left out: make the value where it is needed"

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (
    *_DEFINITIONS, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
_NEVER = (ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom)


class Definitions:
    """What counts of the statements taken so far.

    `wanted` are names that the assignment asks for; None: this is a module that others import, of
    which they may take any name. `left_out` are names whose last assignment does not count, with
    its line and what is to be said about it. `changed` are names that have a value, but not the one
    that they had in the end: a statement that is left out changes it, in this line. `skipped` are
    the first and last lines of what is left out. `elsewhere` are names that a cell defines which is
    not the notebook's own Python: its first line and its magic. `unreadable` are the errors of
    cells that are not Python. `files` are what cells write, by path.
    """

    def __init__(self, wanted: Collection[str] | None) -> None:
        self.wanted = wanted or ()
        self._is_imported = wanted is None
        self.left_out: dict[str, tuple[int, str]] = {}
        self.changed: dict[str, int] = {}
        self.skipped: list[tuple[int, int]] = []
        self.elsewhere: dict[str, tuple[int, str]] = {}
        self.unreadable: list[SyntaxError] = []
        self.files: dict[str, str] = {}
        self._body: list[ast.stmt] = []
        self._known = set(dir(builtins))
        self._callable = self._known - IMPURE  # of these, whose call makes a constant
        self._imported: set[str] = set()
        self._assigned: set[str] = set()
        self._star = False  # `from … import *`: any name may be known

    def take(self, statements: Iterable[ast.stmt]) -> None:
        self._body += self._counting(statements)

    @property
    def tree(self) -> ast.Module:
        """All that counts."""
        return ast.Module(self._body, type_ignores=[])

    def run(self, filename: str, namespace: dict[str, Any]) -> None:
        """Run what counts, in order.

        What raises is left out, unless it is what the assignment asks for: the library may be there
        to draw, the constant may be made of what a loop would have filled, or of a GPU, and perhaps
        nothing that is graded needs it.
        """
        future, statements = self._split()
        for statement in statements:
            module = ast.Module([*future, statement], type_ignores=[])
            code = compile(module, filename, "exec", dont_inherit=True)
            try:
                exec(code, namespace)
            except Exception as error:
                names = set(_gives(statement))
                if not names.isdisjoint(self.wanted):
                    raise
                said = f"raised {type(error).__name__}: {error}"
                self.left_out.update(dict.fromkeys(names, (statement.lineno, said)))

    def defines(self, name: str) -> bool:
        return any(name in _gives(statement) for statement in self._body)

    def needed(self) -> set[str]:
        """The names that what the assignment asks for is made of, here and there."""
        uses: dict[str, set[str]] = {}
        for statement in self._body:
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            for name in _gives(statement):
                uses.setdefault(name, set()).update(used)
        needed: set[str] = set()
        left = [name for name in self.wanted if name in uses]
        while left:
            name = left.pop()
            if name not in needed:
                needed.add(name)
                left += uses.get(name, ())
        return needed

    def _split(self) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """The future imports, which come first in a module but may stand in any cell; the rest."""
        used = {
            node.id
            for statement in self._body
            for node in ast.walk(statement)
            if isinstance(node, ast.Name)
        }
        used |= {"*", *self.wanted}
        kept = [s for s in self._body if self._is_imported or not _is_import(s) or _binds(s) & used]
        future = [s for s in self._body if _is_future(s)]
        return future, [s for s in kept if not _is_future(s)]

    # ------------------------------------------------------------ statements

    def _counting(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        counting = []
        for statement in statements:
            if self._counts(statement):
                counting.append(statement)
            else:
                if not _is_text(statement):
                    last = statement.end_lineno or statement.lineno
                    self.skipped.append((statement.lineno, last))
                # Even where a name had a value before, it is another one in the notebook from here
                # on, and nothing can be made of it.
                for name in _stored(statement):
                    self._known.discard(name)
                    self.left_out[name] = (statement.lineno, NO_CONSTANT)
                for name in self._changes(statement):
                    self.changed.setdefault(name, statement.lineno)
        return counting

    def _counts(self, statement: ast.stmt) -> bool:
        """Whether a statement counts; of an `if` or `try`, what does not is taken out."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._import(statement)
            return True
        if isinstance(statement, _DEFINITIONS):
            self._bind([statement.name], _is_record(statement))
            return True
        if isinstance(statement, ast.If):
            branches = [statement.body, statement.orelse]
            return self._is_constant(statement.test) and self._any_count(branches)
        if isinstance(statement, ast.Try):
            branches = [statement.body, *(handler.body for handler in statement.handlers)]
            branches += [statement.orelse, statement.finalbody]
            # What is caught, or follows, means something only if what is tried counts.
            return self._any_count(branches) and not isinstance(statement.body[0], ast.Pass)
        return self._assigns(statement)

    def _any_count(self, branches: list[list[ast.stmt]]) -> bool:
        any_count = False
        for branch in branches:
            if branch:
                counting = self._counting(branch)
                any_count = any_count or bool(counting)
                branch[:] = counting or [ast.copy_location(ast.Pass(), branch[0])]
        return any_count

    def _changes(self, statement: ast.stmt) -> Iterator[str]:
        """The constants whose value a statement that is left out may change where they stand."""
        for node in _walk_scope(statement):
            if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
                changed: list[ast.expr] = [node]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_change = node.func.attr in _CHANGING or node.func.attr.endswith("_")
                changed = [node.func] if is_change else []
            elif isinstance(node, ast.Call) and _root(node.func) not in dir(builtins):
                changed = node.args  # a function of their own, which may change what it is given
            else:
                continue
            yield from {*map(_root, changed)} & self._assigned

    def _assigns(self, statement: ast.stmt) -> bool:
        """Whether it assigns a constant to what is the notebook's own."""
        if type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
            self._bind(_stored(statement), False)
            return True
        if isinstance(statement, ast.Assign):
            targets, constants = statement.targets, [statement.value]
        elif isinstance(statement, ast.AugAssign):
            targets, constants = [statement.target], [statement.value]
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, constants = [statement.target], [statement.annotation, statement.value]
        else:
            return False
        names = [name for target in targets for name in _stored(target)]
        is_change = isinstance(statement, ast.AugAssign)
        if (
            names == ["_"]  # written to show nothing, not to keep something
            or not all(map(self._is_own, targets))
            or (is_change and not all(map(self._is_known, names)))
        ):
            return False
        # It may be any callable, one of their own making too.
        is_answer = len(names) == 1 and names[0] in self.wanted and names[0] not in self._known
        are_constant = map(self._names_are_known if is_answer else self._is_constant, constants)
        if not all(are_constant):
            return False
        self._bind(names, self._makes_constants(constants[-1]))
        self._assigned.update(names)
        return True

    # ------------------------------------------------------------ names

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for alias in statement.names:
            full = alias.name
            if isinstance(statement, ast.ImportFrom):
                full = f"{statement.module or '.'}.{alias.name}"
            root, last = full.partition(".")[0], full.rpartition(".")[2]
            self._bind([_bound(alias)], root in PURE and last not in IMPURE)
            self._imported.add(_bound(alias))
            self._star = self._star or alias.name == "*"

    def _bind(self, names: Iterable[str], is_callable: bool) -> None:
        for name in names:
            self._known.add(name)
            self._imported.discard(name)
            self._assigned.discard(name)
            self.left_out.pop(name, None)
            self.changed.pop(name, None)
            (self._callable.add if is_callable else self._callable.discard)(name)

    def _is_known(self, name: str) -> bool:
        return name in self._known or (self._star and name not in self.left_out)

    # ------------------------------------------------------------ expressions

    def _is_own(self, target: ast.expr) -> bool:
        """Whether what an assignment changes is the notebook's: its names, or parts of theirs."""
        if isinstance(target, ast.Tuple | ast.List):
            return all(map(self._is_own, target.elts))
        if isinstance(target, ast.Name):
            return True
        if isinstance(target, ast.Starred):
            return self._is_own(target.value)
        root = _root(target)
        is_own = bool(root) and root not in self._imported
        return is_own and self._is_constant(target)

    def _is_constant(self, expression: ast.expr) -> bool:
        nodes = list(_walk(expression))
        looped = set(_stored(expression, _walk))  # a comprehension's own names
        if any(isinstance(node, _NEVER) for node in nodes):
            return False
        if not self._names_are_known(expression):
            return False
        calls = [node.func for node in nodes if isinstance(node, ast.Call)]
        # What a comprehension goes through is as good as what that is made of.
        good = not (looped and calls) or self._makes_constants(expression)
        return good and all(self._makes_constants(call, looped) for call in calls)

    def _names_are_known(self, expression: ast.expr) -> bool:
        names = {node.id for node in _walk(expression) if isinstance(node, ast.Name)}
        return all(map(self._is_known, names - {*_stored(expression, _walk)}))

    def _makes_constants(self, function: ast.expr, looped: Iterable[str] = ()) -> bool:
        """Whether calling it makes a constant: it is made of nothing of the notebook's own."""
        if isinstance(function, ast.Attribute) and function.attr in IMPURE:
            return False
        nodes = list(_walk(function))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names -= {*looped, *_stored(function, _walk)}
        return names <= self._callable and not any(isinstance(n, ast.Lambda) for n in nodes)


def _walk(expression: ast.AST) -> Iterator[ast.AST]:
    """All nodes of an expression, but for the bodies of lambdas: they don't run yet."""
    left: list[ast.AST] = [expression]
    while left:
        node = left.pop()
        yield node
        if isinstance(node, ast.Lambda):
            left += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            left += ast.iter_child_nodes(node)


def _walk_scope(top: ast.AST) -> Iterator[ast.AST]:
    """All nodes but for those in a scope of their own: functions, classes and comprehensions."""
    left = [top]
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, _SCOPES):
            left += ast.iter_child_nodes(node)


def _stored(top: ast.AST, walk: Callable[[ast.AST], Iterable[ast.AST]] = _walk_scope) -> list[str]:
    """The names that are assigned to in what `walk` passes through."""
    return [
        node.id
        for node in walk(top)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def _root(expression: ast.expr) -> str:
    """Of `a.b[0].c` the name `a`; "" where it begins with no name."""
    while isinstance(expression, ast.Attribute | ast.Subscript):
        expression = expression.value
    return expression.id if isinstance(expression, ast.Name) else ""


def _is_record(definition: ast.stmt) -> bool:
    if not isinstance(definition, ast.ClassDef):
        return False
    made_by = [*definition.bases, *definition.decorator_list]
    functions = [node.func if isinstance(node, ast.Call) else node for node in made_by]
    names = {n.attr if isinstance(n, ast.Attribute) else getattr(n, "id", "") for n in functions}
    return bool(names & _RECORDS)


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _gives(statement: ast.stmt) -> Iterable[str]:
    """The names that a statement gives values to."""
    if _is_import(statement):
        return _binds(statement)
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    inner = [node for node in ast.walk(statement) if isinstance(node, _DEFINITIONS)]
    targets: list[ast.expr] = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AugAssign):
        targets = [statement.target]
    return {*_stored(statement), *map(_root, targets), *(node.name for node in inner)} - {""}


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _binds(statement: ast.stmt) -> set[str]:
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    return {_bound(alias) for alias in statement.names}


def _bound(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


# ---------------------------------------------------------------- from text


def read_definitions(
    source: str, cells: Cells, filename: str, wanted: Collection[str] | None
) -> Definitions:
    """What counts of a notebook's code, or of a module's if there are no cells.

    A cell that is not Python is left out, unless it defines what the assignment asks for, or that
    is defined nowhere and the cell speaks of it.

    Raises:
        SyntaxError: of a cell that can't be left out, or the module, with its line in `source`.
    """
    lines = source.split("\n")
    cells = cells or ((1, 1),)
    definitions = Definitions(wanted)
    unreadable: list[tuple[SyntaxError, str]] = []
    for (first, _), (end, _) in zip(cells, [*cells[1:], (len(lines) + 1, 0)], strict=True):
        cell = "\n".join(lines[first - 1 : end - 1])
        try:
            tree = _parse(cell, first, filename, definitions)
        except SyntaxError as error:
            if len(cells) == 1 or _defined(cell, definitions.wanted):
                raise
            unreadable.append((error, cell))
        else:
            definitions.take(ast.increment_lineno(tree, first - 1).body)
    for failure, cell in unreadable:
        if any(name in cell and not definitions.defines(name) for name in definitions.wanted):
            raise failure
        definitions.unreadable.append(failure)
    return definitions


def _parse(cell: str, first: int, filename: str, definitions: Definitions) -> ast.Module:
    """A cell's Python; where a magic makes it something else, that is noted in `definitions`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they would name a line of the cell, not of the source
        try:
            return ast.parse(cell, filename)
        except SyntaxError:
            pass  # IPython's syntax, perhaps
        body = body_of(cell)
        if body.magic and PurePosixPath(body.file).name != PurePath(filename).name:
            for name in _defined(body.text, definitions.wanted):
                definitions.elsewhere[name] = (first, body.magic)
            if body.file.endswith(".py"):
                before = definitions.files.get(body.file, "") if body.appends else ""
                definitions.files[body.file] = before + body.text
            return ast.Module([], type_ignores=[])
        try:
            return ast.parse(without_ipython(body.text), filename)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + first - 1
            error.end_lineno = (error.end_lineno or 1) + first - 1
            raise


def _defined(text: str, wanted: Collection[str]) -> list[str]:
    """Of the names, those that a text which may not be Python looks like defining."""
    return [
        name
        for name in wanted
        if re.search(rf"^\s*(?:(?:class|def)\s+{name}\b|{name}\s*=(?!=))", text, re.MULTILINE)
    ]
