"""A student's module becomes a module: from its text, their other files and what both import."""

from __future__ import annotations

import ast
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from grader.sandbox.inside.loading.cells import read_definitions
from grader.sandbox.inside.loading.definitions import NO_CONSTANT, Definitions
from grader.sandbox.inside.loading.libraries import AT_HAND, Imports
from grader.sandbox.inside.loading.siblings import PACKAGE, Siblings
from grader.sandbox.inside.tensors import UnusableError, seed_torch
from grader.sandbox.inside.traces import place_in
from grader.sandbox.wire import requests
from grader.sandbox.wire.cells import Cells, marked_cells, place_of
from grader.sandbox.wire.plain import MAX_ITEMS
from grader.sandbox.wire.syntax import SourcePlace

_MOST_RANGES = 8  # of lines that are named one by one


class Reading:
    """The module that `request` asks for, and what is to be said about where it comes from.

    Its copy in `folder` is for tracebacks only: it is compiled from the text that came, so that a
    coding cookie can't make it another program than was read.
    """

    def __init__(self, folder: Path, request: requests.Load) -> None:
        self.module = types.ModuleType(request.slug)
        self._request = request
        self._file = str(folder / f"{request.slug}.py")
        self._definitions: dict[str, Definitions] = {}  # by file, where only those are run
        self._cells: dict[str, Cells] = {}  # by file, of notebooks that are imported
        taken = AT_HAND | {"baseline", "grader", request.slug}
        self._siblings = Siblings(folder, self._run, taken)
        self._imports = Imports(self._is_own, self._place)

    def run(self) -> None:
        """Run what counts of the module; raises what it raises.

        Raises:
            UnusableError: what the assignment asks for is defined where it does not count.
        """
        request = self._request
        Path(self._file).write_text(request.source, encoding="utf-8", newline="")
        self.module.__file__ = self._file
        self.module.__package__ = PACKAGE
        sys.modules[request.slug] = sys.modules[f"{PACKAGE}.{request.slug}"] = self.module
        setattr(sys.modules[PACKAGE], request.slug, self.module)
        sys.argv = [self._file]
        self._siblings.add(dict(request.siblings))
        sys.meta_path.insert(0, self._siblings)
        self._imports.reading = True
        try:
            seed_torch(request.seed)
            self._run(request.source, self._file, self.module.__dict__)
        finally:
            self._imports.reading = False
        self._refuse_what_is_defined_elsewhere()

    def _run(self, text: str, file: str, namespace: dict[str, Any]) -> None:
        namespace["__builtins__"] = self._imports.builtins
        is_notebook = file.endswith(".ipynb")
        if not (self._request.only_definitions or is_notebook):
            tree = ast.parse(text, file)
            self._imports.expect(tree, file)
            exec(compile(tree, file, "exec", dont_inherit=True), namespace)
            return
        is_main = file == self._file
        cells, names = (self._request.cells, self._request.names) if is_main else ((), None)
        if is_notebook:
            cells = self._cells[file] = marked_cells(text)
        definitions = self._definitions[file] = read_definitions(text, cells, file, names)
        self._siblings.add(definitions.files)
        self._imports.expect(definitions.tree, file)
        definitions.run(file, namespace)

    def _refuse_what_is_defined_elsewhere(self) -> None:
        if main := self._definitions.get(self._file):
            for name, (line, magic) in main.elsewhere.items():
                if not hasattr(self.module, name):
                    raise UnusableError(
                        f"{name} is defined in {self._place(self._file, line)}, under {magic}, "
                        "which is no code of the notebook's own; remove that line"
                    )

    # ------------------------------------------------------------ what is said

    def left_out(self) -> str:
        """Which lines of a module do not count, where only its definitions do."""
        main = self._definitions.get(self._file)
        if main is None or self._request.cells:
            return ""
        ranges: list[list[int]] = []
        for first, last in main.skipped:
            if ranges and first <= ranges[-1][1] + 1:
                ranges[-1][1] = max(last, ranges[-1][1])
            else:
                ranges.append([first, last])
        said = [f"{a}" if a == b else f"{a}\N{EN DASH}{b}" for a, b in ranges[:_MOST_RANGES]]
        return ", ".join(said + ["…"] * (len(ranges) > _MOST_RANGES))

    def notes(self) -> list[str]:
        """A line about each thing that does not count and may have been meant to."""
        main = self._definitions.get(self._file)
        if main is None:
            return []
        notes = [
            f"{self._place(self._file, error.lineno or 0)} is not Python ({error.msg}), "
            "so this cell was left out"
            for error in main.unreadable
        ]
        notes += [
            f"{name} is defined in {self._place(self._file, line)} under {magic} too, "
            "which does not count"
            for name, (line, magic) in main.elsewhere.items()
        ]
        needed = main.needed()
        notes += [
            f"{name} is changed in {self._place(self._file, line)}, which {NO_CONSTANT}"
            for name, line in main.changed.items()
            if name in needed
        ]
        return notes[:MAX_ITEMS]

    def explain(self, error: BaseException) -> str:
        """What the message of `error` lacks; "" if there is nothing to say."""
        frames = list(self._frames(error))
        said = self._why_missing(error, frames) or self._why_different(frames)
        if frames and frames[-1][0].f_code.co_filename != self._file:
            frame, line = frames[-1]
            said += f"; in {self._place(frame.f_code.co_filename, line)}"
        return said

    def _why_missing(self, error: BaseException, frames: list[tuple[FrameType, int]]) -> str:
        name = error.name if isinstance(error, NameError) else None
        if type(name) is not str or not frames:
            return ""
        file = frames[-1][0].f_code.co_filename
        definitions = self._definitions.get(file)
        if definitions is not None and name in definitions.left_out:
            line, why = definitions.left_out[name]
            return f"; what should give it a value, in {self._place(file, line)}, {why}"
        libraries = [f"{x}, of which {at} imports all" for x, at in self._imports.starred.items()]
        if libraries:
            return f"; not installed where this is graded: {', '.join(libraries)}"
        return ""

    def _why_different(self, frames: list[tuple[FrameType, int]]) -> str:
        """Which of the constants that took part are not what they were in the end."""
        for frame, _ in reversed(frames):
            file = frame.f_code.co_filename
            if definitions := self._definitions.get(file):
                for name in frame.f_code.co_names:
                    if name in definitions.changed:
                        place = self._place(file, definitions.changed[name])
                        return f"; {name} is changed in {place}, which {NO_CONSTANT}"
        return ""

    def place_of(self, error: BaseException) -> SourcePlace:
        """The last place in the student's module that took part in raising `error`."""
        return place_in(self._file, self._request.source, error)

    def _frames(self, error: BaseException) -> Iterator[tuple[FrameType, int]]:
        """The frames of the student's files in which `error` passed, and where in them."""
        traceback = error.__traceback__
        while traceback is not None:
            if self._is_theirs(traceback.tb_frame.f_code.co_filename):
                yield traceback.tb_frame, traceback.tb_lineno
            traceback = traceback.tb_next

    def _is_theirs(self, file: str) -> bool:
        return file == self._file or file in self._siblings.files

    def _is_own(self, name: str) -> bool:
        return name in (PACKAGE, "baseline", self._request.slug) or name in self._siblings.names

    def _place(self, file: str, line: int) -> str:
        """How a message names a line of one of the files."""
        if file == self._file:
            return place_of(line, self._request.cells)
        return f"{Path(file).name}, {place_of(line, self._cells.get(file, ()))}"
