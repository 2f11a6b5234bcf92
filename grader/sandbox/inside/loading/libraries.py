"""The libraries that a student's files import: each is loaded when it is first needed, not before.

Most of what stands at the top of a module draws, shows progress, loads data or talks to a service,
and nothing that is graded touches it. So an import statement in a student's file gives a stand-in
for a library that is not loaded yet. While the file is read, what it does with the stand-in
(`plt.style.use("ggplot")`, `Compose([ToTensor()])`) is put off, and gives another stand-in. As soon
as a value is needed (a loop over it, a number, a class derived from it), and always once the file
has been read, the library is loaded, and what was put off is done in its order. A library that is
not there is an error where it is needed, and nowhere else.

Python itself, NumPy and PyTorch are imported as ever, and so is what a file imports on trial
(`try: import x`, `except ImportError: …`). Only a student's files import so; what libraries import
themselves is no concern of this.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from grader.sandbox.inside.loading.later import Later, Library

# What is imported as ever: it is loaded already, or small.
AT_HAND = sys.stdlib_module_names | {"numpy", "torch"}
# What of it loads another library in its turn.
NOT_AT_HAND = "torch.utils.tensorboard"
# What every notebook has without an import, by the module that it is from.
IN_EVERY_NOTEBOOK = {"display": "IPython.display", "get_ipython": "IPython"}

_import = builtins.__import__


class Imports:
    """What `import` does in a student's files, and what else they find among the builtins.

    Args:
        is_own: whether a module of this name is the student's or the course's.
        place: how a message names a line of a file, from both.

    `reading` is true while the files are read. `starred` are the libraries of which all names were
    imported though they are not there, each with the place.
    """

    def __init__(self, is_own: Callable[[str], bool], place: Callable[[str, int], str]) -> None:
        self.reading = False
        self.starred: dict[str, str] = {}
        self._is_own = is_own
        self._place = place
        self._on_trial: set[tuple[str, int]] = set()
        self._libraries: dict[str, Library] = {}
        self._given: dict[tuple[str, tuple[str, ...], int], Later] = {}
        self.builtins = {**vars(builtins), "__import__": self}
        for name, module in IN_EVERY_NOTEBOOK.items():
            self.builtins[name] = getattr(
                self._stand_in(module, (name,), 0, {}, "a notebook"), name
            )

    def expect(self, tree: ast.AST, filename: str) -> None:
        """Take note of what a file imports on trial, before the file is run."""
        self._on_trial |= {(filename, line) for line in _lines_on_trial(tree)}

    def __call__(
        self,
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """As `builtins.__import__`, which import statements call."""
        caller = sys._getframe(1)
        where = (caller.f_code.co_filename, caller.f_lineno)
        names = tuple(fromlist or ())
        # What is above the folder that was handed in was put beside the module.
        level = min(level, str((globals or {}).get("__package__")).count(".") + 1)
        if where in self._on_trial or level or self._is_at_hand(name):
            try:
                return _import(name, globals, locals, names, level)
            except ImportError:
                if where in self._on_trial or names == ("*",):
                    raise
        if names == ("*",):
            return self._all_of(name, self._place(*where))
        return self._stand_in(name, names, level, globals or {}, self._place(*where))

    def _is_at_hand(self, name: str) -> bool:
        root = name.partition(".")[0]
        if root in AT_HAND:
            return not name.startswith(NOT_AT_HAND)
        return self._is_own(root) or root in sys.modules

    def _all_of(self, name: str, place: str) -> types.ModuleType:
        """For `from name import *`: which names there are is known once it is loaded."""
        try:
            return _import(name, None, None, ("*",), 0)
        except ImportError:
            self.starred.setdefault(name, place)
            return types.ModuleType(name)

    def _stand_in(
        self, name: str, names: tuple[str, ...], level: int, globals: dict[str, Any], place: str
    ) -> Later:
        root = name.partition(".")[0]

        def load() -> Any:
            try:
                return _import(name, globals, None, names, level)
            except ModuleNotFoundError as error:
                if error.name not in (root, f"{globals.get('__package__')}.{root}"):
                    raise
                raise ModuleNotFoundError(
                    f"{root} is neither installed where this is graded nor a file that was handed "
                    f"in ({place} imports it)",
                    name=root,
                ) from None

        key = (name, names, level)
        if key not in self._given:
            library = self._libraries.setdefault(root, Library(self))
            parts = frozenset(names or name.split(".")[1:])
            self._given[key] = Later(library, name if names else root, load, parts)
        return self._given[key]


# ---------------------------------------------------------------- imports on trial


def _lines_on_trial(tree: ast.AST) -> Iterator[int]:
    """The lines of the import statements whose failure the code itself provides for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.TryStar):
            provided = any(map(_catches_imports, node.handlers))
        elif isinstance(node, ast.With):
            provided = any("suppress" in ast.unparse(item) for item in node.items)
        else:
            continue
        if provided:
            for inner in node.body:
                for statement in ast.walk(inner):
                    if isinstance(statement, ast.Import | ast.ImportFrom):
                        yield statement.lineno


def _catches_imports(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
