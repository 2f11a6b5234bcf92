"""The modules as JPlag reads them: a folder an assignment, in it one a student, and the stub.

    relu/jane-doe/relu.py      what was handed in
    relu/_stub/relu.py         what everybody started from, which JPlag leaves out of account

Only what is kept with the results can be written, and the code of a notebook is a module as well.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol

from grader.gradebook.model import Gradebook
from grader.gradebook.scores import ExportError, note

STUB = "_stub"  # no student's key begins so


class Source(Protocol):
    """A module as it was handed in."""

    @property
    def text(self) -> str: ...


class Sources(Protocol):
    """What was handed in, by its digest, and what it was started from."""

    def source(self, code: str) -> Source | None: ...

    def stub(self, slug: str) -> str | None: ...


def write_jplag(gradebook: Gradebook, folder: Path, *, sources: Sources | None) -> None:
    """Write the module that counts, of each student and assignment, and say how to go on.

    Raises:
        ExportError: there are no sources to be had, or something lies in the folder: JPlag would
            compare that too.
    """
    if sources is None:
        raise ExportError("jplag: only a stored class, with its names, has its modules")
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty; name a folder that is, or a new one")
    written: Counter[str] = Counter()
    missing = 0
    for entry in gradebook:
        for slug, hand_in in entry.hand_ins.items():
            source = sources.source(hand_in.code)
            if source is None:
                missing += 1
                continue
            write_module(folder / slug / entry.student.key, slug, source.text)
            written[slug] += 1
    for slug in written:
        stub = sources.stub(slug)
        if stub is not None:
            write_module(folder / slug / STUB, slug, stub)
        base = f" -bc {folder / slug / STUB}" if stub is not None else ""
        note(f"jplag: java -jar jplag.jar -l python3{base} {folder / slug}")
    if missing:
        note(
            f"jplag: {missing} modules are left out: they could not be read, or were graded before "
            "modules were kept; grader batch CLASS --again keeps them"
        )


def write_module(folder: Path, slug: str, text: str) -> None:
    folder.mkdir(parents=True)
    (folder / f"{slug}.py").write_bytes(text.encode("utf-8", "backslashreplace"))
