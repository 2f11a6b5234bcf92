"""Whatever a worker leaves in its temporary folder is removed, and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from grader.sandbox.walls import scratch
from grader.sandbox.walls.scratch import make_scratch, remove_scratch

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptor-relative calls are POSIX")


def test_the_folder_is_private_and_empty() -> None:
    folder = make_scratch()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert os.listdir(folder) == []
    assert remove_scratch(folder)
    assert not folder.exists()


def test_a_deep_tree_with_a_path_too_long_to_name_is_removed() -> None:
    folder = make_scratch()
    inner = os.open(folder, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d" * 100, dir_fd=inner)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=inner))
        outer, inner = inner, os.open("d" * 100, os.O_RDONLY, dir_fd=inner)
        os.close(outer)
    os.close(inner)
    assert remove_scratch(folder)


def test_folders_closed_to_their_owner_are_removed() -> None:
    folder = make_scratch()
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
    folder = make_scratch()
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
    folder = make_scratch()
    for name in (b"\xff\xfe", b"new\nline", b"-rf", b" ", b"x" * 255, b"\x1b[2J"):
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    os.mkfifo(folder / "fifo")
    assert remove_scratch(folder)


def test_many_files_and_folders_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "REMOVAL_S", 100.0)  # however slow this machine is now
    folder = make_scratch()
    for i in range(2000):
        (folder / f"{i}").touch()
        (folder / f"folder {i}").mkdir()
    assert remove_scratch(folder)


def test_what_is_left_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_scratch()
    (folder / "inner").mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(scratch, "REMOVAL_S", -1.0)
        assert not remove_scratch(folder)
    assert remove_scratch(folder)


def test_a_folder_that_is_gone_already_counts_as_removed(tmp_path: Path) -> None:
    assert remove_scratch(tmp_path / "never made")
