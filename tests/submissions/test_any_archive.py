"""Archives at random are read as Python's own libraries read them, or refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.submissions.archives.archive import Archive
from grader.submissions.archives.bounds import ArchiveError, Bounds

PARTS = st.text(st.characters(codec="utf-8", exclude_categories=("C",), exclude_characters="/\\:"))
NAMES = st.lists(
    PARTS.map(lambda part: f"x{part[:40]}"), min_size=1, max_size=4
).map("/".join)  # fmt: skip
FILES = st.dictionaries(NAMES, st.binary(max_size=2000), max_size=8).filter(
    # No file is a folder as well.
    lambda files: not any(name.startswith(f"{other}/") for name in files for other in files)
)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
}
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
QUICK = settings(derandomize=True, deadline=None, max_examples=150)


def zipped(files: dict[str, bytes], method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], kind: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    archive = Archive(data, Bounds())
    return {name: archive.read(entry) for name, entry in archive.members.items()}


@QUICK
@given(FILES, st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
def test_what_was_zipped_is_read(files: dict[str, bytes], method: int) -> None:
    assert contents(zipped(files, method)) == files


@QUICK
@given(FILES, st.sampled_from(FORMATS[1:]), st.sampled_from(sorted(PACKED)))
def test_what_was_put_into_a_tar_is_read(files: dict[str, bytes], kind: int, packing: str) -> None:
    assert contents(PACKED[packing](tarred(files, kind))) == files


@QUICK
@given(FILES, st.integers(0, 1), st.data())
def test_an_archive_that_was_cut_or_changed_is_read_or_refused_and_nothing_else(
    files: dict[str, bytes], form: int, data: st.DataObject
) -> None:
    packed = zipped(files, zipfile.ZIP_DEFLATED) if form else gzip.compress(tarred(files, 1))
    where = data.draw(st.integers(0, len(packed) - 1))
    if data.draw(st.booleans()):
        changed = packed[:where]
    else:
        changed = packed[:where] + data.draw(st.binary(min_size=1, max_size=3)) + packed[where:]
    read, told = {}, ""
    try:
        read = contents(changed)
    except ArchiveError as error:
        told = str(error)
    assert "\n" not in told
    if not told:
        # Checksums tell what was changed, unless it lies where nothing is: behind the end.
        assert all(files.get(name, content) == content for name, content in read.items())
