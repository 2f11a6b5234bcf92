"""What is handed in where the work is not: links, repositories, and what systems leave behind."""

from __future__ import annotations

import bz2
import gzip
import lzma
import subprocess
import tarfile
from pathlib import Path

import pytest
from helpers import sources
from helpers.classes import make_zip
from helpers.sources import Files, Load, everywhere, from_folder

from grader.submissions.reading import load_submission

SLUGS = ("relu", "adam")
CODE = sources.CODE.encode()

BARE = {
    "HEAD": b"ref: refs/heads/main\n",
    "config": b"[core]\n",
    "objects/ab/12": b"x",
    "refs/": b"",
}


def told_of(files: Files, load: Load, around: Path) -> str:
    """What is said where one thing is said of all assignments."""
    submission = load(files, around, SLUGS)
    assert not submission.sources
    (said,) = {submission.problems[slug] for slug in SLUGS}
    return said


@everywhere
@pytest.mark.parametrize(
    ("files", "said"),
    [
        # a repository of its own within the one that was cloned, in Git's several ways
        ({"README.md": b"Hi", ".gitmodules": b"", "hw/": b""}, "hw: no file is in there"),
        ({"hw/.git": b"gitdir: ../.git/modules/hw\n"}, "hw: no file is in there"),
        ({"a/hw 1/": b"", "b/": b"", "LICENSE": b"MIT"}, "a/hw 1 and b: no file is in there"),
        ({f"relu.git/{n}": d for n, d in BARE.items()}, "relu.git: it is a Git repository"),
        (BARE, "HEAD: it is a Git repository without its files; clone it"),
        ({".git/HEAD": b"", ".git/objects/ab/12": b""}, ".git: no file is checked out beside it"),
        ({"a/.git/HEAD": b"", "a/.git/objects/pack/p": b""}, "a/.git: no file is checked out"),
        ({"a/b/.git/objects/ab/12": b"", "a/b/": b""}, "a/b/.git: no file is checked out beside"),
        ({"hw/homework.bundle": b"# v2 git bundle\n"}, "hw/homework.bundle: it is a Git bundle"),
        ({"0001-all.patch": b"From 12"}, "0001-all.patch: it is a patch, which can't be read"),
        # links
        ({"link.txt": b"here: https://github.com/j/hw"}, "link.txt: it leads to github.com, and"),
        ({"my.link.txt": "http://bitbucket.org/j".encode("utf-16")}, "my.link.txt: it leads to"),
        ({"README.md": b"git@gitlab.uni.edu:j/hw.git"}, "README.md: it leads to gitlab.uni.edu,"),
        ({"w/a": b"https://colab.research.google.com/drive/1"}, "w/a: it leads to colab.research."),
        ({"relu.txt": b"https://github.com/j/hw"}, "relu.txt: it leads to github.com, and no link"),
        ({"My hw.webloc": b"<plist/>"}, "My hw.webloc: it is a shortcut, which can't be read"),
        # what is no code, and what nobody handed in on purpose
        ({"answers.txt": CODE, "b.md": b"Hi\n" + CODE}, "answers.txt and b.md: no module and no"),
        ({"main.c": b"int x;", "requirements.txt": b"torch"}, "main.c: no module and no notebook"),
        ({"__pycache__/relu.cpython-311.pyc": b"\xa7"}, "__pycache__: what systems and editors"),
        ({"relu.h5": b"\x89HDF\r\n"}, "relu.h5: it is what a program has saved and no source code"),
        ({"w/.relu.py.swp": b"b0VIM"}, "w/.relu.py.swp: what systems and editors leave behind"),
        ({"__MACOSX/._relu.py": b"\0\5", ".DS_Store": b""}, ".DS_Store and __MACOSX: what systems"),
    ],
)  # fmt: skip
def test_what_stands_in_place_of_the_work_is_named_with_what_to_do(
    load: Load, files: Files, said: str, tmp_path: Path
) -> None:
    assert told_of(files, load, tmp_path).startswith(said)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": b"# Homework\nPush your work here.\n", "LICENSE": b"", "Makefile": b""},
        {"README.md": b"see https://www.uni.edu/course"},
        {"README.md": b"https://github.com/uni/course\n" * 100},  # it says more than where work is
        {"notes.txt": b"I have no time this week, and define nothing.\n", "todo": b"import\n"},
        {"data/train.csv": b"1,2", "timestamp.txt": b"2026-10-01"},
    ],
)  # fmt: skip
def test_who_handed_in_nothing_is_told_of_nothing(files: Files, tmp_path: Path) -> None:
    (tmp_path / "jane").mkdir()
    assert from_folder(files, tmp_path, SLUGS).problems == {}


def test_a_clone_without_a_commit_is_nothing_and_one_of_another_branch_something(
    tmp_path: Path,
) -> None:
    clone = tmp_path / "jane"
    for *command, said in (
        ["init", "-q", str(clone), ""],
        ["-C", str(clone), "-c", "user.name=j", "-c", "user.email=j@x", "commit", "-q",
         "--allow-empty", "-m", "x", ".git: no file is checked out beside it"],
    ):  # fmt: skip
        subprocess.run(["git", *command], check=True, capture_output=True)
        assert load_submission(clone, SLUGS).problems.get("relu", "").startswith(said)
        assert bool(load_submission(clone, SLUGS).problems) == bool(said)


@everywhere
def test_beside_work_none_of_that_matters(load: Load, tmp_path: Path) -> None:
    files = {"adam.py": CODE, "link.txt": b"https://github.com/j/hw", "hw/": b"", "notes.txt": b"x"}
    submission = load(files, tmp_path, SLUGS)
    assert list(submission.sources) == ["adam"] and submission.problems == {}


@everywhere
def test_a_module_in_the_folder_of_an_assignment_is_likely_meant_for_it(
    load: Load, tmp_path: Path
) -> None:
    files = {"adam/adam.py": CODE, "hw/ReLU/main.py": CODE, "hw/ReLU/test_main.py": CODE}
    assert load(files, tmp_path, SLUGS).problems == {
        "relu": "hw/ReLU/main.py: not read as relu; rename the file to relu.py if that is what it "
        "is"
    }


def test_what_is_meant_for_an_assignment_is_named_with_its_own_ending(tmp_path: Path) -> None:
    files = {"adam-checkpoint.ipynb": b"{}", "relu.zip": make_zip({"main.py": CODE})}
    problems = from_folder(files, tmp_path, SLUGS).problems
    assert "rename the file to adam.ipynb" in problems["adam"]
    assert problems["relu"].startswith("relu.zip/main.py: not read as relu")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"https://github.com/jane/hw/blob/main/relu.py\n", "it is a link, which can't be read"),
        (b"git@github.com:jane/hw.git", "it is a link, which can't be read"),
        (b"../solutions/relu.py", "it is a shortcut, which can't be read"),
        (b"diff --git a/relu.py b/relu.py\n", "it is a patch, which can't be read"),
        (b"From " + b"0a" * 20 + b" Mon Sep 17 00:00:00 2001\n", "it is a patch, which can't be"),
        (b"--- a/relu.py\n+++ b/relu.py\n@@ -1 +1 @@\n", "it is a patch, which can't be read"),
        (b"# v3 git bundle\n", "it is a Git bundle, which can't be read"),
        (b"book\0\0\0\0mark\0\0\0\0" + bytes(40), "it is a shortcut, which can't be read"),
        (b"-----BEGIN PGP MESSAGE-----\n", "it is an encrypted file, which can't be read"),
        (gzip.compress(CODE, mtime=0), "it is an archive or an Office document by its content"),
        (lzma.compress(CODE), "it is an archive or an Office document by its content; give it"),
        (bz2.compress(CODE), "it is an archive or an Office document by its content; give it"),
        (tarfile.TarInfo("relu.py").tobuf(), "it is an archive or an Office document by its"),
    ],
)
def test_a_module_that_is_none_is_known_by_its_content(
    content: bytes, what: str, tmp_path: Path
) -> None:
    submission = from_folder(
        {"relu.py": content, "adam.py": b"# v2 of git\n" + CODE}, tmp_path, SLUGS
    )
    assert submission.problems["relu"].startswith(f"relu.py: {what}")
    assert list(submission.sources) == ["adam"]
