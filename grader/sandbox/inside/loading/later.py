"""Stand-ins for what a library would give: what is done with one is put off until it is needed."""

from __future__ import annotations

import contextlib
import copy
import operator
import os
import types
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import torch

_NESTED = 3  # levels of lists and dicts in which stand-ins are looked for
_set = object.__setattr__


class Reader(Protocol):
    """Who reads a student's files: while it does, what can be put off is."""

    reading: bool


class Library:
    """What was put off with one library, in order."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.put_off: list[Later] = []

    def catch_up(self) -> None:
        put_off, self.put_off = self.put_off, []
        for later in put_off:
            _do(later)


class Later:
    """Stands for what `do` gives, which is done when it is needed.

    `said` is how the code spells it. The attributes in `parts` are what an import statement takes
    from a module: they are put off even when all has been read.
    """

    __slots__ = ("_later_do", "_later_library", "_later_outcome", "_later_parts", "_later_said")

    def __init__(
        self, library: Library, said: str, do: Callable[[], Any], parts: frozenset[str]
    ) -> None:
        _set(self, "_later_library", library)
        _set(self, "_later_said", said)
        _set(self, "_later_do", do)
        _set(self, "_later_parts", parts)
        _set(self, "_later_outcome", None)
        library.put_off.append(self)

    def __getattr__(self, name: str) -> Any:
        if self._later_library.reader.reading and _is_special(name):
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
        if self._later_library.reader.reading:
            return self
        it = real(self)
        bind = getattr(type(it), "__get__", None)
        return it if bind is None else bind(it, instance, owner)

    def __repr__(self) -> str:
        if self._later_library.reader.reading:
            return f"<{self._later_said}, not loaded>"
        return repr(real(self))

    def __format__(self, spec: str) -> str:
        return repr(self) if self._later_library.reader.reading else format(real(self), spec)

    def __eq__(self, other: object) -> Any:
        return self is other if self._later_library.reader.reading else real(self) == real(other)

    __hash__ = object.__hash__

    # ------------------------------------------------------------ what it is

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """For isinstance(): that of what it stands for."""
        if not self._later_library.reader.reading:
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
    if later._later_library.reader.reading:
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
    if part or library.reader.reading:
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
