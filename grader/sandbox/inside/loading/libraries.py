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
import contextlib
import copy
import operator
import os
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

# What is imported as ever: it is loaded already, or small.
AT_HAND = sys.stdlib_module_names | {"numpy", "torch"}
# What of it loads another library in its turn.
NOT_AT_HAND = "torch.utils.tensorboard"
# What every notebook has without an import, by the module that it is from.
IN_EVERY_NOTEBOOK = {"display": "IPython.display", "get_ipython": "IPython"}

_NESTED = 3  # levels of lists and dicts in which stand-ins are looked for
_import = builtins.__import__
_set = object.__setattr__


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
        self._libraries: dict[str, _Library] = {}
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
            library = self._libraries.setdefault(root, _Library(self))
            parts = frozenset(names or name.split(".")[1:])
            self._given[key] = Later(library, name if names else root, load, parts)
        return self._given[key]


class _Library:
    """What was put off with one library, in order."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self.put_off: list[Later] = []

    def catch_up(self) -> None:
        put_off, self.put_off = self.put_off, []
        for later in put_off:
            _do(later)


# ---------------------------------------------------------------- what is put off


class Later:
    """Stands for what `do` gives, which is done when it is needed.

    `said` is how the code spells it. The attributes in `parts` are what an import statement takes
    from a module: they are put off even when all has been read.
    """

    __slots__ = ("_later_do", "_later_library", "_later_outcome", "_later_parts", "_later_said")

    def __init__(
        self, library: _Library, said: str, do: Callable[[], Any], parts: frozenset[str]
    ) -> None:
        _set(self, "_later_library", library)
        _set(self, "_later_said", said)
        _set(self, "_later_do", do)
        _set(self, "_later_parts", parts)
        _set(self, "_later_outcome", None)
        library.put_off.append(self)

    def __getattr__(self, name: str) -> Any:
        if self._later_library.imports.reading and _is_special(name):
            # Who looks for these wants to know what it is, which is not known yet.
            raise AttributeError(name)
        # Of a library that is not there, a class may be looked up: nothing is an instance of it.
        part = name if name in self._later_parts or _is_absent(self) else ""
        return _and_then(self, f"{self._later_said}.{name}", lambda it: getattr(it, name), part)

    def __setattr__(self, name: str, value: Any) -> None:
        _and_then(self, f"{self._later_said}.{name}", lambda it: setattr(it, name, real(value)))

    def __delattr__(self, name: str) -> None:
        _and_then(self, f"{self._later_said}.{name}", lambda it: delattr(it, name))

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return _and_then(
            self, f"{self._later_said}(…)", lambda it: it(*real(arguments), **real(options))
        )

    def __getitem__(self, key: Any) -> Any:
        return _and_then(self, f"{self._later_said}[…]", lambda it: it[real(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        _and_then(
            self, f"{self._later_said}[…]", lambda it: operator.setitem(it, real(key), real(value))
        )

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        """As an attribute of a class: a method, if it stands for a decorated function."""
        if self._later_library.imports.reading:
            return self
        it = real(self)
        bind = getattr(type(it), "__get__", None)
        return it if bind is None else bind(it, instance, owner)

    def __repr__(self) -> str:
        if self._later_library.imports.reading:
            return f"<{self._later_said}, not loaded>"
        return repr(real(self))

    def __format__(self, spec: str) -> str:
        return repr(self) if self._later_library.imports.reading else format(real(self), spec)

    def __eq__(self, other: object) -> Any:
        return self is other if self._later_library.imports.reading else real(self) == real(other)

    __hash__ = object.__hash__

    # ------------------------------------------------------------ what it is

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """For isinstance(): that of what it stands for."""
        if not self._later_library.imports.reading:
            with contextlib.suppress(ImportError):
                # PyTorch takes what says that it is a tensor for one, and would crash.
                it = real(self)
                return Later if isinstance(it, torch.Tensor) else it.__class__
        return Later

    def __instancecheck__(self, instance: object) -> bool:
        try:
            return isinstance(real(instance), real(self))
        except ModuleNotFoundError:
            return False  # nothing is, where there is no such class

    def __subclasscheck__(self, subclass: type) -> bool:
        try:
            return issubclass(real(subclass), real(self))
        except ModuleNotFoundError:
            return False

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """For a class derived from it; from one that is not there: one that can't be made."""
        try:
            return types.resolve_bases((real(self),))
        except ModuleNotFoundError as error:
            absent = error

            def refuse(*_: Any, **__: Any) -> Any:
                raise absent.with_traceback(None)

            return (type(self._later_said, (), {"__new__": refuse}),)

    @classmethod
    def __torch_function__(
        cls,
        function: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        return function(*real(args), **real(kwargs or {}))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return real(self).__reduce_ex__(protocol)

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return copy.deepcopy(real(self), memo)


def real(value: Any) -> Any:
    """`value` with what each stand-in stands for in its place; lists and dicts are looked into.

    Raises:
        Exception: what loading the library, or what was put off, raised.
    """
    return _real(value, _NESTED)


def _real(value: Any, levels: int) -> Any:
    kind = type(value)
    if kind is Later:
        return _outcome(value)
    if not levels or kind not in (list, tuple, dict):
        return value
    entries = list(value.values() if kind is dict else value)
    reals = [_real(entry, levels - 1) for entry in entries]
    if all(map(operator.is_, entries, reals)):
        return value  # the very same: it may be there to be changed
    return dict(zip(value, reals, strict=True)) if kind is dict else kind(reals)


def _outcome(later: Later) -> Any:
    if later._later_outcome is None:
        later._later_library.catch_up()
    if later._later_outcome is None:  # needed by what is just being caught up with
        _do(later)
    value, error = later._later_outcome
    if error is not None:
        raise error.with_traceback(None)
    return value


def _is_absent(later: Later) -> bool:
    if later._later_library.imports.reading:
        return False
    try:
        _outcome(later)
    except ModuleNotFoundError:
        return True
    except Exception:
        pass
    return False


def _do(later: Later) -> None:
    if later._later_outcome is None:
        outcome: tuple[Any, Exception | None]
        try:
            outcome = (later._later_do(), None)
        except Exception as error:
            outcome = (None, error)
        _set(later, "_later_outcome", outcome)


def _and_then(later: Later, said: str, do: Callable[[Any], Any], part: str = "") -> Any:
    """What `do` makes of what `later` stands for: another stand-in, or the result."""
    library = later._later_library
    if part or library.imports.reading:
        parts = later._later_parts - {part}
        return Later(library, said, lambda: do(_outcome(later)), parts)
    return do(_outcome(later))


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name != "__version__"


def _operation(function: Callable[[Any, Any], Any], reflected: bool) -> Callable[..., Any]:
    def method(self: Later, other: Any) -> Any:
        def do(it: Any) -> Any:
            return function(real(other), it) if reflected else function(it, real(other))

        return _and_then(self, f"{self._later_said} …", do)

    return method


def _needing(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Later, *arguments: Any) -> Any:
        return function(real(self), *real(arguments))

    return method


# Python looks for these in the class only. Those that may give anything are put off as calls are;
_OPERATIONS = (
    "add", "and", "floordiv", "lshift", "matmul", "mod", "mul", "or", "pow", "rshift", "sub",
    "truediv", "xor",
)  # fmt: skip
# those that have to give an answer now are not.
_NEEDING: dict[str, Callable[..., Any]] = {
    "abs": abs, "bool": bool, "complex": complex, "contains": operator.contains,
    "float": float, "fspath": os.fspath, "ge": operator.ge, "gt": operator.gt,
    "index": operator.index, "int": int, "invert": operator.invert, "iter": iter,
    "le": operator.le, "len": len, "lt": operator.lt, "neg": operator.neg, "next": next,
    "reversed": reversed, "array": np.asarray,
    "enter": lambda it: type(it).__enter__(it),
    "exit": lambda it, *raised: type(it).__exit__(it, *raised),
}  # fmt: skip
for _name in _OPERATIONS:
    _function = getattr(operator, f"__{_name}__")
    setattr(Later, f"__{_name}__", _operation(_function, reflected=False))
    setattr(Later, f"__r{_name}__", _operation(_function, reflected=True))
for _name, _function in _NEEDING.items():
    setattr(Later, f"__{_name}__", _needing(_function))


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
