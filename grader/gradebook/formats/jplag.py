"""The modules as JPlag reads them: a folder an assignment, in it one file a student, and the stub.

    relu/jane-doe.py           what was handed in
    relu/_stub/relu.py         what everybody started from, which JPlag leaves out of account

JPlag takes what lies in a folder, file or folder, for a submission each. Only what is kept with the
results can be written, and the code of a notebook is a module as well.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Protocol

from grader.gradebook.model import Gradebook
from grader.gradebook.scores import ExportError, note
from grader.text import count_of

WRITTEN_TOGETHER, AHEAD = 256, 4  # modules, and how many such lots wait to be written
STUB = "_stub"  # no student's key begins so


class Sources(Protocol):
    """What was handed in, and what it was started from."""

    def modules(self) -> Iterator[tuple[str, str, str | None]]:
        """The modules that count: student's key, slug, and text, if it is kept."""

    def stub(self, slug: str) -> str | None: ...


def write_jplag(_: Gradebook, folder: Path, *, sources: Sources | None) -> None:
    """Write the module that counts, of each student and assignment, and say how to go on.

    Raises:
        ExportError: there are no sources to be had, or something lies in the folder: JPlag would
            compare that too.
    """
    if sources is None:
        raise ExportError("jplag: only a stored class, with its names, has its modules")
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty; name a folder that is, or a new one")
    written: dict[str, None] = {}  # a set
    missing = 0
    modules = sources.modules()
    # Half of the time goes into making files, which another thread does while more is read.
    with ThreadPoolExecutor(1) as writer:
        under_way: deque[Future[None]] = deque()
        while some := list(islice(modules, WRITTEN_TOGETHER)):
            kept = [(key, slug, text) for key, slug, text in some if text is not None]
            missing += len(some) - len(kept)
            for slug in dict.fromkeys(slug for _, slug, _ in kept):
                if slug not in written:
                    (folder / slug).mkdir(parents=True)
                    written[slug] = None
            under_way.append(writer.submit(write_modules, folder, kept))
            if len(under_way) > AHEAD:
                under_way.popleft().result()
        for each in under_way:
            each.result()
    for slug in written:
        stub = sources.stub(slug)
        base = f" -bc {folder / slug / STUB}" if stub is not None else ""
        if stub is not None:
            (folder / slug / STUB).mkdir()
            write_module(str(folder / slug / STUB / f"{slug}.py"), stub)
        note(f"jplag: java -jar jplag.jar -l python3{base} {folder / slug}")
    if missing:
        note(
            f"jplag: left out: {count_of(missing, 'module')} that could not be read, or graded "
            "before modules were kept; grader batch CLASS --again keeps them"
        )


def write_modules(folder: Path, modules: Sequence[tuple[str, str, str]]) -> None:
    """Write modules, each with its student's key and its slug."""
    for key, slug, text in modules:
        write_module(f"{folder}{os.sep}{slug}{os.sep}{key}.py", text)


def write_module(path: str, text: str) -> None:
    # Without a file object: there may be a million.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    left = text.encode("utf-8", "backslashreplace")
    try:
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)
