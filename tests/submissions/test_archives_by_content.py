"""Archives under names of other kinds: the content tells what they are."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from helpers.handed_in import zip_bytes

from grader.course.manifest import load_course
from grader.submissions.model import SubmissionError
from grader.submissions.reading import load_submission

SLUGS = load_course().every_slug
SOURCE = "class Net: ...\n"


def tar_bytes() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("relu.py")
        member.size = len(SOURCE)
        archive.addfile(member, io.BytesIO(SOURCE.encode()))
    return buffer.getvalue()


PACKED = {"zip": zip_bytes({"relu.py": SOURCE}), "tar": tar_bytes()}
RAR, SEVEN = b"Rar!\x1a\x07\x01\x00" + bytes(99), b"7z\xbc\xaf\x27\x1c" + bytes(99)


@pytest.mark.parametrize("lies", ["by itself", "in a folder"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hw.rar", "zip"), ("hw.7z", "zip"), ("hw.zipx", "zip"), ("hw.tar.gz", "zip"),
        ("hw.zip.001", "zip"), ("hw.zip", "tar"), ("hw.rar", "tar"), ("HW.RAR", "tar"),
    ],
)  # fmt: skip
def test_an_archive_is_read_whatever_its_name_says(
    tmp_path: Path, name: str, kind: str, lies: str
) -> None:
    (tmp_path / name).write_bytes(PACKED[kind])
    path = tmp_path / name if lies == "by itself" else tmp_path
    assert "relu" in load_submission(path, SLUGS).sources


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("hw.rar", RAR, "a RAR archive"),
        ("hw.zip", RAR, "a RAR archive"),
        ("hw.zip", SEVEN, "a 7-Zip archive"),
        ("hw.zip.001", PACKED["zip"][:60], "one part of an archive in several"),
        ("hw.zip.002", b"\x81" * 99, "one part of an archive in several"),
        ("hw.7z.001", SEVEN, "one part of an archive in several"),
        ("hw.z01", b"PK\x07\x08" + PACKED["zip"][:60], "one part of an archive in several"),
    ],
)
def test_what_can_not_be_read_is_told_by_what_it_is(
    tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SubmissionError, match=told):
        load_submission(tmp_path / name, SLUGS)
    assert told in load_submission(tmp_path, SLUGS).problems["relu"]
