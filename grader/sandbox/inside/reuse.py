"""A worker that was not forked serves one module after another, as long as none leaves a trace."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch
from torch import nn

LOOKED_AT = (
    torch, torch.Tensor, torch.autograd, torch.nn, nn.functional, nn.init, nn.modules.module,
    nn.parameter, nn.utils, torch.optim,
)  # fmt: skip


class Before:
    """What there was before a module came: how the libraries stood, and what was imported."""

    def __init__(self) -> None:
        self._meta_path = list(sys.meta_path)
        self._package = dict(vars(sys.modules["assignments"]))
        self._libraries = state_of_libraries()

    def restore(self, folder: Path) -> bool:
        """Forget the modules that lie in `folder`; whether all is as it was."""
        sys.meta_path[:] = self._meta_path
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.startswith(f"{folder}{os.sep}"):
                del sys.modules[name]
        package = vars(sys.modules["assignments"])
        for name in package.keys() - self._package.keys():
            del package[name]
        now = state_of_libraries()
        # More is there where something was imported that the module needed.
        return all(now.get(name) == value for name, value in self._libraries.items())


def state_of_libraries() -> dict[str, object]:
    """What a module might have changed of torch for those that follow: by name what it is."""
    state: dict[str, object] = {
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "anomalies": torch.is_anomaly_enabled(),
    }
    classes: set[type] = set()
    for place in LOOKED_AT:
        for name, value in list(vars(place).items()):
            state[f"{place.__name__}.{name}"] = id(value)
            if isinstance(value, dict) and name.startswith("_global_"):  # hooks of all modules
                state[f"{place.__name__}.{name} has"] = len(value)
            if isinstance(value, type):
                classes.add(value)
    for cls in classes:
        for name, value in list(vars(cls).items()):
            state[f"{cls.__module__}.{cls.__qualname__}.{name}"] = id(value)
    return state
