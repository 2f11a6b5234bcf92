"""Which course a command is about, and a grader that is installed without its repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest
from helpers.commands import Ran, RunGrader
from helpers.machine import PATIENCE_S, on_linux
from helpers.repository import REPOSITORY, copy_repository, solution

from grader.cli.doctor import examine_course
from grader.course.place import find_course


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What looks like a course's repository from outside."""
    root = tmp_path / "course"
    (root / "assignments").mkdir(parents=True)
    (root / "assignments" / "course.toml").touch()
    (root / "grader" / "checks").mkdir(parents=True)
    return root


def test_the_order_is_option_variable_surroundings_installed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    named, variable = tmp_path / "named", tmp_path / "variable"
    inside = repository / "assignments"
    assert find_course(standing=inside).root == repository
    assert find_course(standing=tmp_path).root == REPOSITORY
    assert find_course().root == REPOSITORY
    monkeypatch.setenv("GRADER_COURSE", str(variable))
    assert find_course(standing=inside).root == variable
    assert find_course(named, inside).root == named
    whys = {find_course(named).why, find_course().why}
    monkeypatch.delenv("GRADER_COURSE")
    whys |= {find_course(standing=inside).why, find_course().why}
    assert len(whys) == 4


def test_assignments_alone_are_no_course(repository: Path) -> None:
    shutil.rmtree(repository / "grader")
    assert find_course(standing=repository).root == REPOSITORY


def test_doctor_says_which_course_is_not_taken_from_here(
    small_course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    told: dict[Path, list[str]] = {}
    for here in (small_course, REPOSITORY):
        told[here] = []
        monkeypatch.chdir(here)
        examine_course(lambda _, line, lines=told[here]: lines.append(line))
    assert f"in {small_course}: it is the repository around this folder" in told[small_course]
    assert any(line.startswith("for grade, batch") for line in told[small_course])
    assert not any(line.startswith("for grade, batch") for line in told[REPOSITORY])


@pytest.mark.parametrize("command", [["grade", "relu.py"], ["batch", ".", "--results", "../r"]])
def test_what_is_handed_in_is_never_graded_by_a_course_of_its_own(
    run_grader: RunGrader, small_course: Path, tmp_path: Path, command: list[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(small_course, copy)
    check = copy / "grader" / "checks" / "test_relu.py"
    check.write_text("raise SystemExit('a check of the student')\n", encoding="utf-8")
    (copy / "assignments" / "relu.py").write_text(solution("relu"), encoding="utf-8")
    ran = run_grader(*command, "--only", "relu", cwd=copy / "assignments")
    assert "a check of the student" not in ran.stdout + ran.stderr
    # With the same course named, it is used.
    ran = run_grader(*command, "--course", copy, cwd=copy / "assignments")
    assert ran.status == 3
    assert "test_relu.py: the check file can't be run" in ran.stderr


def test_a_course_in_another_copy_of_the_grader_is_graded_by(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    copy = copy_repository(tmp_path / "clone")
    solution_path = REPOSITORY / "solutions" / "relu.py"
    ran = run_grader("grade", solution_path, "--only", "relu", "--course", copy, cwd=tmp_path)
    assert ran.status == 0, ran.stderr
    assert "10/10" in ran.stdout


def test_a_folder_that_is_not_there_is_wrong_usage(run_grader: RunGrader) -> None:
    ran = run_grader("list", "--course", "nowhere")
    assert ran.status == 2
    assert "nowhere" in ran.stderr


# ---------------------------------------------------------------- a wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel in it, and this one's packages beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    names = ("grader", "assignments", "data_cache", "pyproject.toml", "README.md", "LICENSE")
    for name in names:  # building leaves files; this repository stays as it is
        if (REPOSITORY / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(REPOSITORY / name, source / name, ignore=ignored)
        else:
            shutil.copyfile(REPOSITORY / name, source / name)
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=source)
    (wheel,) = folder.glob("*.whl")
    shutil.rmtree(source)
    run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], cwd=folder)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    (packages,) = (folder / "venv").rglob("site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    run([python, "-m", "installer", wheel], cwd=folder)
    return python


def run(command: Sequence[str | Path], cwd: Path) -> Ran:
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "GRADER_COURSE")}
    ran = subprocess.run(
        list(command), cwd=cwd, env=kept, capture_output=True, encoding="utf-8", timeout=PATIENCE_S
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


SECRETS = """
import os, sys
share = os.path.join(sys.prefix, "share", "grader")
for secret in ("grader/checks/test_relu.py", "data_cache/MNIST/raw/train-labels-idx1-ubyte"):
    try:
        print("READ", open(os.path.join(share, secret), "rb").read(10))
    except OSError as error:
        print("REFUSED", type(error).__name__)
"""


@on_linux
def test_an_installed_grader_grades_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    """And its workers read neither checks nor labels."""
    (tmp_path / "relu.py").write_text(solution("relu") + SECRETS, encoding="utf-8")
    command = [installed, "-m", "grader", "grade", "relu.py", "--only", "relu", "--json", "-"]
    ran = run(command, cwd=tmp_path)
    (report,) = json.loads(ran.stdout)["reports"]
    assert (ran.status, report["score"]) == (0, 10), ran
    assert "READ" not in ran.stdout
    assert ran.stdout.count("REFUSED PermissionError") == 2


def test_an_installed_grader_says_where_its_course_is(installed: Path, tmp_path: Path) -> None:
    ran = run([installed, "-m", "grader", "doctor"], cwd=tmp_path)
    assert "it came with the grader that is installed" in " ".join(ran.stdout.split())
    assert str(REPOSITORY) not in ran.stdout


def test_an_installed_grader_checks_a_folder_with_only_assignments(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "assignments").mkdir()
    (tmp_path / "assignments" / "relu.py").write_text(solution("relu"), encoding="utf-8")
    for slug in ("adam", "l2"):
        shutil.copyfile(
            REPOSITORY / "assignments" / f"{slug}.py", tmp_path / "assignments" / f"{slug}.py"
        )
    ran = run([installed, "-m", "grader", "check", "relu", "adam"], cwd=tmp_path)
    assert "ReLU (relu)  10/10" in ran.stdout
    assert "Adam (adam)  0/10  the stub is unchanged" in ran.stdout
