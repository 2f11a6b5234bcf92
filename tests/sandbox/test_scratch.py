"""Whatever a worker leaves in its temporary folder is removed, and nothing else."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY

from grader.sandbox.walls import scratch
from grader.sandbox.walls.scratch import (
    is_overfull,
    make_held_scratch,
    make_scratch,
    remove_scratch,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptor-relative calls are POSIX")


def test_the_folder_is_private_and_empty() -> None:
    folder, _ = make_held_scratch()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == []
    assert remove_scratch(folder)
    assert not folder.exists()


def test_a_deep_tree_with_a_path_too_long_to_name_is_removed() -> None:
    folder, _ = make_held_scratch()
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 100, dir_fd=inner)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        outer, inner = inner, os.open("d" * 100, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    assert remove_scratch(folder)


def test_folders_closed_to_their_owner_are_removed() -> None:
    folder, _ = make_held_scratch()
    (folder / "a" / "b" / "c").mkdir(parents=True)
    (folder / "a" / "b" / "c" / "file").touch()
    for inner in ("a/b/c", "a/b", "a", "."):
        (folder / inner).chmod(0)
    assert remove_scratch(folder)


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    kept.chmod(0o555)
    folder, _ = make_held_scratch()
    (folder / "inner").mkdir()
    for place in (folder, folder / "inner"):
        (place / "folder").symlink_to(kept)
        (place / "file").symlink_to(kept / "file")
        (place / "loop").symlink_to(place)
        (place / "nowhere").symlink_to("nowhere")
    assert remove_scratch(folder)
    assert (kept / "file").read_text() == "kept"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o555
    kept.chmod(0o755)


def test_a_link_in_the_folders_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    assert not remove_scratch(tmp_path / "link")
    assert (tmp_path / "kept").is_dir()


def test_odd_names_and_files_are_removed() -> None:
    folder, _ = make_held_scratch()
    for name in (b"\xff\xfe", b"new\nline", b"-rf", b" ", b"x" * 255, b"\x1b[2J"):
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    os.mkfifo(folder / "fifo")
    assert remove_scratch(folder)


def test_many_files_and_folders_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "REMOVAL_S", 100.0)  # however slow this machine is now
    folder, _ = make_held_scratch()
    for i in range(2000):
        (folder / f"{i}").touch()
        (folder / f"folder {i}").mkdir()
    assert remove_scratch(folder)


def test_what_is_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = make_held_scratch()
    (folder / "inner").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(scratch, "REMOVAL_S", -1.0)
        assert not remove_scratch(folder)
    assert remove_scratch(folder)


def test_a_folder_that_is_gone_already_counts_as_removed(tmp_path: Path) -> None:
    assert remove_scratch(tmp_path / "never made")


# ---------------------------------------------------------------- what ended runs have left


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files in which nobody else has any."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_folders_of_ended_runs_are_removed_and_no_others(temporary: Path) -> None:
    abandoned, lock = make_held_scratch()
    (abandoned / "deep" / "er").mkdir(parents=True)
    os.close(lock)
    held, lock = make_held_scratch()
    others = [temporary / name for name in ("grader-worker-", "grader-results", "tmpabcdefgh")]
    for other in others:
        other.mkdir()
    linked = temporary / "grader-worker-abcdefgh"
    linked.symlink_to(others[1])
    scratch.remove_abandoned()
    assert set(temporary.iterdir()) == {held, linked, *others}
    os.close(lock)
    scratch.remove_abandoned()
    assert set(temporary.iterdir()) == {linked, *others}


def test_a_folder_of_another_user_is_left_alone(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    abandoned = make_scratch()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    scratch.remove_abandoned()
    assert abandoned.exists()


@pytest.mark.parametrize(
    ("owner", "is_removed"), [(0, True), (1000, False), (0x6FFFFFFF, False), (0x70000000, True)]
)
def test_root_removes_its_own_folders_and_those_of_its_workers(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, owner: int, is_removed: bool
) -> None:
    abandoned, look = make_scratch(), os.lstat

    def lstat(path: Path) -> object:
        return SimpleNamespace(st_uid=owner) if path == abandoned else look(path)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "lstat", lstat)
    scratch.remove_abandoned()
    monkeypatch.undo()
    assert abandoned.exists() != is_removed


def test_one_that_is_killed_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    environment = {"TMPDIR": str(tmp_path)}
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(REPOSITORY)!r})
from grader.course.manifest import load_course
from grader.sandbox.client import Allowance, Student
from grader.sandbox.process import WORKER_ENVIRONMENT
from grader.sandbox.zygote import Zygote
WORKER_ENVIRONMENT["TMPDIR"] = {str(tmp_path)!r}
zygote = Zygote(load_course().baseline_path)
Student(zygote, "relu", "", Allowance(60, 30, 2048, 16)).load()
if sys.argv[1] == "killed":
    os.kill(zygote.pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
zygote.close()
"""
    for how, left in (("killed", 1), ("calmly", 0)):
        subprocess.run([sys.executable, "-c", code, how], env=environment, timeout=PATIENCE_S)
        assert len(list(tmp_path.glob("grader-worker-*"))) == left


@pytest.mark.parametrize(("vanished", "hides"), [(19, False), (20, True)])
def test_a_folder_that_does_not_keep_still_is_looked_at_20_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vanished: int, hides: bool
) -> None:
    """Whose inner folder is gone by the time it is opened, so often."""
    (tmp_path / "inner").mkdir()
    opening, left = scratch._open_folder, vanished

    def open_or_miss(path: str | Path, *within: int) -> int:
        nonlocal left
        if path == "inner" and left:
            left -= 1
            raise FileNotFoundError
        return opening(path, *within)

    monkeypatch.setattr(scratch, "_open_folder", open_or_miss)
    assert is_overfull(tmp_path) == hides
