"""torch's compiler, put off until a module asks for it: it takes as long to load as torch itself.

Otherwise it is loaded by all who make a step: torch's optimizers import it to tell it at each step
where not to look, and torch.use_deterministic_algorithms to tell it of that.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import torch

NAME = "torch._dynamo"


class Unloaded(ModuleType):
    """In the place of `torch._dynamo`: does what that does where nothing is compiled, and loads it
    for whatever else is asked of it, importing a module from it included."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)  # whoever looks through all modules does not want it
        if sys.modules.get(NAME) is self:
            if name == "graph_break":
                return _break_nothing
            if name == "disable":
                return _as_it_is
            del sys.modules[NAME]
        return getattr(importlib.import_module(NAME), name)


def put_off() -> None:
    """Have `import torch._dynamo` load nothing yet, unless it is loaded."""
    if NAME not in sys.modules:
        spec = importlib.util.find_spec(NAME)
        unloaded = Unloaded(NAME)
        unloaded.__file__ = spec.origin if spec else None
        sys.modules[NAME] = unloaded
        torch._dynamo = unloaded
        torch.use_deterministic_algorithms = _without_compiler


def _without_compiler(mode: bool, *, warn_only: bool = False) -> None:
    torch._C._set_deterministic_algorithms(mode, warn_only=warn_only)


def _break_nothing(msg: str = "", **_: object) -> None: ...


def _as_it_is(fn: Any = None, recursive: bool = True, **_: object) -> Any:
    return _as_it_is if fn is None else fn
