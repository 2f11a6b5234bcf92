"""What of a notebook counts: its definitions. What it ran to draw or to train is left out.

So it is with a module that does not get to its end, and with the modules that such a one imports.

Counted are, in the order of the cells, so that of two definitions of a name the last stays:

- functions and classes;
- imports, as far as anything else that counts uses them or the assignment asks for them; all of a
  module that is imported itself;
- assignments of constants. A constant is made of literals, of names that count, of their
  attributes, items and arithmetic, and of calls of Python, PyTorch, NumPy and the modules in
  `constants.PURE` (`nn.ReLU()`, `dict(lr=0.1)`, `partial(Net, p=0.3)`), but for those that read
  files or set torch's state. Calls of the notebook's own functions and classes
  (`Net(784, 512, 10)`, `train(net)`) and of other libraries are no constants, those of its
  dataclasses, named tuples and enumerations are;
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
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from grader.sandbox.inside.loading.constants import Names, is_record
from grader.sandbox.inside.loading.statements import (
    DEFINITIONS,
    binds,
    gives,
    is_future,
    is_import,
    is_text,
    root,
    stored,
    takes_all,
    walk_scope,
)

# Methods that change what they are called on, as those do whose name ends in "_".
_CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "extend", "insert", "pop", "popitem", "remove",
    "reverse", "setdefault", "sort", "update",
})  # fmt: skip

NO_CONSTANT = "is no constant, so it was left out: make the value where it is needed"


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
        self._names = Names()

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
            # What a notebook takes in with all of another file is no answer of its own.
            kept = self._answers(namespace) if takes_all(statement) else {}
            try:
                exec(code, namespace)
                namespace.update(kept)
            except Exception as error:
                names = set(gives(statement))
                if not names.isdisjoint(self.wanted):
                    raise
                said = f"raised {type(error).__name__}: {error}"
                self.left_out.update(dict.fromkeys(names, (statement.lineno, said)))

    def _answers(self, namespace: dict[str, Any]) -> dict[str, Any]:
        """What the assignment asks for, as far as it has been defined."""
        return {name: namespace[name] for name in self.wanted if name in namespace}

    def defines(self, name: str) -> bool:
        return any(name in gives(statement) for statement in self._body)

    def needed(self) -> set[str]:
        """The names that what the assignment asks for is made of, here and there."""
        uses: dict[str, set[str]] = {}
        for statement in self._body:
            used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            for name in gives(statement):
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
        kept = [s for s in self._body if self._is_imported or not is_import(s) or binds(s) & used]
        future = [s for s in self._body if is_future(s)]
        return future, [s for s in kept if not is_future(s)]

    # ------------------------------------------------------------ statements

    def _counting(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        counting = []
        for statement in statements:
            if self._counts(statement):
                counting.append(statement)
            else:
                if not is_text(statement):
                    last = statement.end_lineno or statement.lineno
                    self.skipped.append((statement.lineno, last))
                # Even where a name had a value before, it is another one in the notebook from here
                # on, and nothing can be made of it.
                for name in stored(statement):
                    self._names.lose(name)
                    self.left_out[name] = (statement.lineno, NO_CONSTANT)
                for name in self._changes(statement):
                    self.changed.setdefault(name, statement.lineno)
        return counting

    def _counts(self, statement: ast.stmt) -> bool:
        """Whether a statement counts; of an `if` or `try`, what does not is taken out."""
        if isinstance(statement, ast.Import | ast.ImportFrom):
            self._names.bind_imports(statement)
            self._restore(binds(statement))
            return True
        if isinstance(statement, DEFINITIONS):
            self._names.bind([statement.name], is_record(statement))
            self._restore([statement.name])
            return True
        if isinstance(statement, ast.If):
            branches = [statement.body, statement.orelse]
            return self._names.is_constant(statement.test) and self._any_count(branches)
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
        for node in walk_scope(statement):
            if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
                changed: list[ast.expr] = [node]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                is_change = node.func.attr in _CHANGING or node.func.attr.endswith("_")
                changed = [node.func] if is_change else []
            elif isinstance(node, ast.Call) and root(node.func) not in dir(builtins):
                changed = node.args  # a function of their own, which may change what it is given
            else:
                continue
            yield from {*map(root, changed)} & self._names.assigned

    def _assigns(self, statement: ast.stmt) -> bool:
        """Whether it assigns a constant to what is the notebook's own."""
        if type(statement).__name__ == "TypeAlias":  # from Python 3.12 on
            self._names.bind(stored(statement), False)
            self._restore(stored(statement))
            return True
        if isinstance(statement, ast.Assign):
            targets, constants = statement.targets, [statement.value]
        elif isinstance(statement, ast.AugAssign):
            targets, constants = [statement.target], [statement.value]
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, constants = [statement.target], [statement.annotation, statement.value]
        else:
            return False
        names = [name for target in targets for name in stored(target)]
        is_change = isinstance(statement, ast.AugAssign)
        if (
            names == ["_"]  # written to show nothing, not to keep something
            or not all(map(self._names.is_own, targets))
            or (is_change and not all(map(self._names.is_known, names)))
        ):
            return False
        # It may be any callable, one of their own making too.
        is_answer = len(names) == 1 and names[0] in self.wanted and not self._names.has(names[0])
        is_constant = self._names.are_known if is_answer else self._names.is_constant
        if not all(map(is_constant, constants)):
            return False
        self._names.assign(names, self._names.makes_constants(constants[-1]))
        self._restore(names)
        return True

    def _restore(self, names: Iterable[str]) -> None:
        """What was left out or changed of them before is told no more: they have another value."""
        for name in names:
            self.left_out.pop(name, None)
            self.changed.pop(name, None)
