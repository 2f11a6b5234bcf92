"""Exported autograders: what is in them, and how the hosts' machines are set up with it."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from helpers.clones import git
from helpers.commands import RunGrader, undecorated
from helpers.hosts import run, write_course
from helpers.machine import NEEDS_LINUX
from helpers.repository import REPOSITORY, solution

from grader.course.manifest import load_course
from grader.course.stubs import make_stub
from grader.hosts.bundle import pinned
from grader.hosts.export import export_autograder

if sys.platform != "linux":
    pytest.skip(NEEDS_LINUX, allow_module_level=True)

COURSE = load_course(REPOSITORY)


def exported(run_grader: RunGrader, host: str, target: Path) -> Path:
    ran = run_grader("export-autograder", host, target)
    assert (ran.status, ran.stderr) == (0, "")
    assert str(target) in ran.stdout
    return target


@pytest.fixture(scope="module")
def archive(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(run_grader, "gradescope", tmp_path_factory.mktemp("zip") / "autograder.zip")


@pytest.fixture(scope="module")
def folder(run_grader: RunGrader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(run_grader, "classroom50", tmp_path_factory.mktemp("folder") / "relu")


def test_both_hosts_get_the_same_copy_of_the_course(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        zipped = {name: opened.read(name) for name in opened.namelist()}
    written = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert zipped.keys() - written.keys() == {"setup.sh", "run_autograder"}
    assert written.keys() - zipped.keys() == {"autograder.py"}
    for name in zipped.keys() & written.keys():
        assert zipped[name] == written[name]
    assert not [name for name in written if "__pycache__" in name or name.endswith(".pyc")]


def test_the_same_course_gives_the_same_archive(
    archive: Path, run_grader: RunGrader, tmp_path: Path
) -> None:
    assert run_grader("export-autograder", "gradescope", tmp_path / "again.zip").status == 0
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_an_export_is_small_enough_for_classroom_50(archive: Path) -> None:
    assert archive.stat().st_size < 10 << 20  # what its runner fetches at most


CHECK = """\
import pytest


@pytest.mark.hidden
def test_secret(): ...
"""


def test_no_check_of_another_year_is_published(tmp_path: Path) -> None:
    root = write_course(tmp_path / "course", "current", CHECK, former=CHECK)
    shutil.copyfile(REPOSITORY / "pyproject.toml", root / "pyproject.toml")
    git(root, "init")
    git(root, "add", "--all")
    export_autograder(load_course(root), "classroom50", tmp_path / "out")
    checks = tmp_path / "out" / "course" / "grader" / "checks"
    assert [path.name for path in checks.glob("*.py")] == ["test_current.py"]
    assert "test_secret" not in (checks / "test_current.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("slug", COURSE.slugs)
def test_no_answer_is_exported_but_stubs_are_still_told_apart(folder: Path, slug: str) -> None:
    answered = solution(slug)
    exported = (folder / "course" / "stubs" / f"{slug}.py").read_text(encoding="utf-8")
    assert not (folder / "course" / "solutions").exists()
    answers = re.findall(r"# BEGIN SOLUTION:.*\n((?:.*\n)*?)\s*# END SOLUTION", answered)
    assert answers
    for answer in answers:
        assert answer.strip()
        assert answer not in exported
    assert exported == make_stub(answered)


def test_the_scripts_can_be_run_as_they_are_unpacked(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name in ("setup.sh", "run_autograder"):
            assert opened.getinfo(name).external_attr >> 16 == 0o100755
            text = opened.read(name)
            assert text.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in text and b"@PYTHON@" not in text
            subprocess.run(["bash", "-n"], input=text, check=True)


def test_a_version_that_no_index_has_is_asked_for_as_the_one_that_it_is_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "some_library-2.14.1+cpu.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: some-library\nVersion: 2.14.1+cpu\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    asked = pinned("some-library>=2.4; sys_platform == 'linux'")
    assert asked == "some-library==2.14.1; sys_platform == 'linux'"


def test_the_autograder_asks_for_the_versions_that_are_here(folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "autograder.py"
    shutil.copyfile(folder / "autograder.py", copied)
    lines = (folder / "requirements.txt").read_text().splitlines()
    assert {"torch", "numpy", "pytest"} <= {line.partition("==")[0] for line in lines}
    asked: dict[str, bool] = {}
    for extra in ("", "torch==0.1", "no-such-package-anywhere>=1"):
        (tmp_path / "requirements.txt").write_text("\n".join([*lines, extra]).strip() + "\n")
        asked[extra] = runpy.run_path(str(copied))["has_requirements"]()
    assert asked == {"": True, "torch==0.1": False, "no-such-package-anywhere>=1": False}


RECORDER = """\
#!/bin/sh
echo "${0##*/} $*" >> "$LOG"
for last; do :; done
case "${0##*/} $*" in
    "python3 -m venv"*) mkdir -p "$last/bin"; cp "$0" "$last/bin/pip"; cp "$0" "$last/bin/uv" ;;
    "uv venv"*) mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
esac
"""


def test_the_machine_is_set_up_with_the_cpu_build_and_nothing_left_open(
    archive: Path, tmp_path: Path
) -> None:
    """Read off the commands that setup.sh gives, in a place where they only write down what."""
    for command in ("apt-get", "python3"):
        recorder = tmp_path / "bin" / command
        recorder.parent.mkdir(exist_ok=True)
        recorder.write_text(RECORDER)
        recorder.chmod(0o755)
    root = tmp_path / "auto grader"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(root / "source")
    ran = run(
        "bash", root / "source" / "setup.sh",
        cwd=tmp_path,
        PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin",
        AUTOGRADER_ROOT=str(root),
        LOG=str(tmp_path / "log"),
    )  # fmt: skip
    assert (ran.status, ran.stderr) == (0, "")
    log = (tmp_path / "log").read_text()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"uv venv --no-config --python {version} {root}/environment\n" in log
    (installing,) = re.findall(r"^uv pip install .*", log, re.MULTILINE)
    assert "--torch-backend cpu" in installing
    assert installing.endswith(f"--requirement {root}/source/requirements.txt")
    assert log.endswith(f"python -m compileall -q {root}/source/course/grader\n")
    for made in (root / "environment", root / "environment" / "bin" / "python", root / "python"):
        assert made.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("moodle", "out.zip"), "no host 'moodle'; there are classroom50, gradescope"),
        (("gradescope", "out"), "out: name a file that ends in .zip"),
        (("gradescope", "nowhere/out.zip"), "there is no folder nowhere to write it to"),
        (("classroom50", "full"), "full is not empty; empty it, or name a new folder"),
        (("classroom50", "file"), "file is no folder; name one that does not exist yet"),
    ],
)
def test_an_export_that_cannot_be_made_says_what_to_do(
    run_grader: RunGrader, tmp_path: Path, arguments: tuple[str, str], line: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "kept").touch()
    (tmp_path / "file").touch()
    ran = run_grader("export-autograder", *arguments, cwd=tmp_path)
    assert ran.status == 2
    assert line in undecorated(ran.stderr)
    assert sorted(os.listdir(tmp_path)) == ["file", "full"]
    assert os.listdir(tmp_path / "full") == ["kept"]


def test_a_students_copy_of_the_course_exports_nothing(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    root = tmp_path / "course"
    for name in ("grader", "assignments", "data_cache"):
        shutil.copytree(
            REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    ran = run_grader("export-autograder", "gradescope", tmp_path / "out.zip", cwd=root, root=root)
    assert ran.status == 2
    assert "solutions/kaiming_init.py is missing" in undecorated(ran.stderr)
    assert not (tmp_path / "out.zip").exists()


@pytest.mark.parametrize("command", ["export-autograder", "classroom-result"])
def test_help_shows_an_example(run_grader: RunGrader, command: str) -> None:
    assert f"Example: grader {command}" in run_grader(command, "--help").stdout
