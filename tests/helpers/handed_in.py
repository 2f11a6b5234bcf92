"""What a student might hand in, packed, and what reading it comes to."""

from __future__ import annotations

import io
import os
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from grader.submissions.model import SubmissionError
from grader.submissions.reading import load_submission
from grader.text import printable

SLUGS = ("kaiming_init", "relu", "adam", "l2")
SOURCE = "def make_optimizer(parameters):\n    return None  # größer, 更大\n"
MIB = 1 << 20


@contextmanager
def nothing_beside(tmp_path: Path) -> Iterator[Path]:
    """A folder for the test to write into; reading must leave its surroundings as they are."""
    folder = tmp_path / "in"
    folder.mkdir()
    working_folder = Path.cwd()
    here = set(os.listdir(working_folder))
    os.chdir(folder)
    yield folder
    os.chdir(working_folder)
    assert os.listdir(tmp_path) == ["in"]
    # Other processes may come and go in the working folder; a module must not.
    assert not {name for name in set(os.listdir(working_folder)) - here if name.endswith(".py")}


@contextmanager
def at_most(mib: int, calls: int = 100_000) -> Iterator[None]:
    """Fail if the block has more memory allocated by Python at its peak, or calls more functions,
    which tells of long work as a clock does, but the same on a busy machine."""
    counted = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    tracemalloc.start()
    sys.setprofile(count)
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        sys.setprofile(None)
        tracemalloc.stop()
    assert peak < mib * MIB
    assert counted < calls


def zip_bytes(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_bytes(
    members: dict[str, str | bytes], mode: str = "w", kind: int = tarfile.PAX_FORMAT
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=kind) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            data = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_of(*members: tarfile.TarInfo, text: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info in members:
            archive.addfile(info, io.BytesIO(text))  # as much of it as the member says
    return buffer.getvalue()


def refused(path: Path, data: bytes | None = None) -> str:
    """The one-line message with which the path is refused."""
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(SubmissionError) as caught:
        load_submission(path, SLUGS)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message
    assert len(message) < 1000
    assert message == printable(message, 1000)
    return message


def problem(folder: Path, data: bytes, slug: str = "relu") -> str:
    (folder / f"{slug}.py").write_bytes(data)
    (folder / "adam.py").write_text(SOURCE, "utf-8")
    loaded = load_submission(folder, SLUGS)
    assert loaded.sources["adam"].text == SOURCE
    assert list(loaded.problems) == [slug]
    assert loaded.problems[slug].startswith(f"{slug}.py: ")
    assert loaded.problems[slug] == printable(loaded.problems[slug])
    return loaded.problems[slug]


PACKERS: dict[str, Callable[[dict[str, str | bytes]], bytes]] = {
    ".zip": zip_bytes,
    "-stored.zip": lambda members: zip_bytes(members, zipfile.ZIP_STORED),
    ".tar": tar_bytes,
    "-gnu.tar": lambda members: tar_bytes(members, kind=tarfile.GNU_FORMAT),
    "-ustar.tar": lambda members: tar_bytes(members, kind=tarfile.USTAR_FORMAT),
    ".tar.gz": lambda members: tar_bytes(members, "w:gz"),
    ".tgz": lambda members: tar_bytes(members, "w:gz"),
    ".tar.bz2": lambda members: tar_bytes(members, "w:bz2"),
    ".tar.xz": lambda members: tar_bytes(members, "w:xz"),
}
