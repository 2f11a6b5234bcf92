"""A worker without a file system of its own, as in Docker, writes no more than on one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from helpers.commands import RunGrader
from helpers.machine import on_linux
from helpers.repository import REPOSITORY

from grader.sandbox.walls.scratch import is_overfull, remove_scratch

pytestmark = on_linux

# What Docker's default leaves of root: no right to mount (capability 21, 24: PR_CAPBSET_DROP).
WITHOUT_MOUNTS = (
    sys.executable,
    "-c",
    "import ctypes, os, sys; ctypes.CDLL(None).prctl(24, 21, 0, 0, 0);"
    " os.execv(sys.argv[1], sys.argv[1:])",
)
RELU = (REPOSITORY / "solutions" / "relu.py").read_text(encoding="utf-8")
HONEST = f"""{RELU}
import tempfile
with open("log.txt", "w") as log, tempfile.TemporaryDirectory() as folder:
    log.write(folder)
"""
HOARDS = {
    "folders": "import itertools, os\nfor i in itertools.count(): os.mkdir(str(i))\n",
    "bytes": "import itertools\n"
    "for i in itertools.count(): open(str(i), 'wb').write(bytes(4 << 20))\n",
}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs root, to give it up")
def test_a_module_that_hoards_files_is_ended_and_nothing_of_it_stays(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    places = tmp_path / "tmp"
    places.mkdir(mode=0o755)
    for name, text in (HOARDS | {"honest": HONEST}).items():
        (tmp_path / "class" / name).mkdir(parents=True)
        (tmp_path / "class" / name / "relu.py").write_text(text, encoding="utf-8")
    submissions = sorted((tmp_path / "class").iterdir())
    report = tmp_path / "report.json"
    ran = run_grader(
        "grade", *submissions, "--only", "relu", "--allow-degraded", "--json", report,
        prefix=WITHOUT_MOUNTS, TMPDIR=str(places),
    )  # fmt: skip
    assert ran.status == 0, ran.stderr
    told = report.read_text(encoding="utf-8")
    limit = "more than 4096 files or 64 MiB in its temporary folder"
    assert told.count(limit) == len(HOARDS), told
    assert "honest      10/10" in ran.stdout
    assert "left out" not in told
    assert "could not be removed" not in ran.stderr
    assert list(places.iterdir()) == []


def fill(folder: Path, files: int) -> None:
    for i in range(files):
        (folder / str(i)).touch()


def test_as_many_files_as_on_a_file_system_of_its_own_are_no_hoard(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    fill(tmp_path / "inner", 4_095)
    assert not is_overfull(tmp_path)
    (tmp_path / "one more").mkdir()
    assert is_overfull(tmp_path)


def test_what_a_file_takes_counts_and_not_what_it_says_that_it_is(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(64 << 24)
    assert not is_overfull(tmp_path)
    with (tmp_path / "full").open("wb") as file:
        file.write(bytes(63 << 20))
        file.flush()
        assert not is_overfull(tmp_path)
        file.write(bytes(2 << 20))
    assert is_overfull(tmp_path)


def test_folders_in_folders_hide_nothing(tmp_path: Path) -> None:
    path = tmp_path
    for _ in range(100):
        path /= "d"
        path.mkdir()
    assert not is_overfull(tmp_path)
    (path / "d").mkdir()
    assert is_overfull(tmp_path)


def test_a_closed_folder_is_looked_into(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    fill(closed, 4_096)
    closed.chmod(0)
    assert is_overfull(tmp_path)
    assert remove_scratch(tmp_path / "closed")


def test_a_folder_that_cannot_be_looked_at_is_taken_to_hide_something(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    assert is_overfull(tmp_path / "link")
    assert not is_overfull(tmp_path / "kept")
    (tmp_path / "kept").rmdir()
    assert is_overfull(tmp_path / "kept")
