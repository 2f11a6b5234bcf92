"""The student's own modules, importable by every name that their files may use for them.

`helpers.py` beside the module is `helpers`; as the course's folder is called `assignments`, it is
`assignments.helpers` and `.helpers` too.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

PACKAGE = "assignments"

# Runs a module's text, from a file of this name, in this namespace.
RunText = Callable[[str, str, dict[str, Any]], None]


class Siblings(MetaPathFinder):
    """Finds the modules that were added.

    They are written to `folder`, as tracebacks and `inspect` look there. Files named like what is
    in `taken` are not found: the student's module itself, the baseline, Python's own.
    """

    def __init__(self, folder: Path, run: RunText, taken: Collection[str]) -> None:
        self.names: set[str] = set()  # by which they are imported, without what follows a dot
        self.files: set[str] = set()
        self._folder = folder
        self._run = run
        self._taken = taken
        self._texts: dict[str, str] = {}
        self._paths: dict[str, Path] = {}
        self._packages: set[str] = set()

    def add(self, texts: Mapping[str, str]) -> None:
        """More modules, by their paths beside the student's module."""
        for file, text in texts.items():
            path = PurePosixPath(file)
            parts = [
                part for part in path.with_suffix("").parts if part not in (PACKAGE, "/", "..")
            ]
            is_package = parts[-1:] == ["__init__"]
            parts = parts[:-1] if is_package else parts
            if not parts or parts[0] in self._taken:
                continue
            name = ".".join(parts)
            place = self._folder.joinpath(*parts, *["__init__"] * is_package)
            place = place.with_suffix(path.suffix)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="")
            self._texts[name], self._paths[name] = text, place
            self._packages |= {".".join(parts[:end]) for end in range(1, len(parts) + is_package)}
            self.names.add(parts[0])
            self.files.add(str(place))

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        name = fullname.removeprefix(f"{PACKAGE}.")
        if name not in self._texts and name not in self._packages:
            return None
        if name == fullname:
            return ModuleSpec(fullname, _Alias(f"{PACKAGE}.{name}"))
        origin = str(self._paths.get(name, name))
        reader = _Reader(self._texts.get(name, ""), self._run)
        spec = ModuleSpec(fullname, reader, origin=origin, is_package=name in self._packages)
        spec.has_location = name in self._paths
        return spec


class _Reader(Loader):
    def __init__(self, text: str, run: RunText) -> None:
        self._text = text
        self._run = run

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        self._run(self._text, module.__spec__.origin or "", module.__dict__)


class _Alias(Loader):
    """Gives a module that has another name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return importlib.import_module(self._name)

    def exec_module(self, module: ModuleType) -> None:
        """It has been run under the name that it has."""
