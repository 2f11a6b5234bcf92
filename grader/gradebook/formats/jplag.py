"""The modules as JPlag reads them: a folder an assignment, in it one file a student, and the stub.

    relu/jane-doe.py           what was handed in
    relu/_stub/relu.py         what everybody started from, which JPlag leaves out of account

JPlag takes what lies in a folder, file or folder, for a submission each. Only what is kept with the
results can be written, and the code of a notebook is a module as well.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Protocol

from grader.gradebook.keeping.results import unpacked
from grader.gradebook.model import Gradebook
from grader.gradebook.scores import ExportError, note
from grader.text import count_of

WRITERS = 2
WRITTEN_TOGETHER, AHEAD = 256, 4  # modules, and how many such lots wait to be written
STUB = "_stub"  # no student's key begins so


class Sources(Protocol):
    """What was handed in, and what it was started from."""

    def modules(self) -> Iterator[tuple[str, str, bytes | None]]:
        """The modules that count: student's key, slug, and the text, packed, if it is kept."""

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
    # Most of the time goes into making files, which others do while more is read: processes, as
    # threads would wait for one another at every file.
    ignoring = (signal.SIGINT, signal.SIG_IGN)  # this process hears Ctrl-C, and ends the others
    with ProcessPoolExecutor(WRITERS, initializer=signal.signal, initargs=ignoring) as writers:
        under_way: deque[Future[None]] = deque()
        while some := list(islice(modules, WRITTEN_TOGETHER)):
            kept = [(key, slug, packed) for key, slug, packed in some if packed is not None]
            missing += len(some) - len(kept)
            for slug in dict.fromkeys(slug for _, slug, _ in kept):
                if slug not in written:
                    (folder / slug).mkdir(parents=True)
                    written[slug] = None
            under_way.append(writers.submit(write_modules, folder, kept))
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


def write_modules(folder: Path, modules: Sequence[tuple[str, str, bytes]]) -> None:
    """Write modules, each with its student's key and its slug."""
    for key, slug, packed in modules:
        write_module(f"{folder}{os.sep}{slug}{os.sep}{key}.py", unpacked(packed))


def write_module(path: str, text: str) -> None:
    # Without a file object: there may be a million.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    left = text.encode("utf-8", "backslashreplace")
    try:
        while left:
            left = left[os.write(file, left) :]
    finally:
        os.close(file)
