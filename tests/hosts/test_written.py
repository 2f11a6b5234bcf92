"""What an export leaves on the disk: readable by whoever is to fetch it, and whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

from helpers.machine import on_posix

from grader.hosts.export import write_folder, write_zip


@on_posix
def test_an_exported_folder_is_readable_by_others(tmp_path: Path) -> None:
    for out in (tmp_path / "new", tmp_path / "empty"):
        if out.name == "empty":
            out.mkdir(mode=0o700)
        write_folder(out, {"autograder.py": b"x", "course/grader/a.py": b"y"})
        assert out.stat().st_mode & 0o777 == 0o755
        assert (out / "course" / "grader" / "a.py").read_bytes() == b"y"
    assert {path.name for path in tmp_path.iterdir()} == {"new", "empty"}  # and nothing beside


def test_in_an_exported_archive_scripts_alone_can_be_run(tmp_path: Path) -> None:
    write_zip(tmp_path / "out.zip", {"setup.sh": b"#!"}, {"course/a.py": b"y"})
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes == {"setup.sh": 0o100755, "course/a.py": 0o100644}
