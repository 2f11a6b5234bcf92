"""Where student code can't be confined nothing is graded, unless somebody has allowed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers.commands import Ran
from helpers.machine import on_linux
from helpers.repository import hand_in, solution
from typer.testing import CliRunner

from grader.cli.app import app
from grader.course.manifest import load_course
from grader.errors import UnconfinedError
from grader.grading import engine as engines
from grader.grading import opening
from grader.grading.engine import Engine
from grader.hosts.bundle import HostError
from grader.hosts.run import grade_folder
from grader.sandbox.process import Launcher
from grader.sandbox.walls.jail import PROTECTIONS

COURSE = load_course()
ALL = dict.fromkeys(PROTECTIONS, True)


@pytest.mark.parametrize("off", [(), ("files",), ("syscalls",), ("files", "syscalls"), PROTECTIONS])
@pytest.mark.parametrize("is_allowed", [False, True])
def test_code_that_reads_files_or_calls_the_kernel_is_not_confined(
    launcher: Launcher, off: tuple[str, ...], is_allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = ALL | dict.fromkeys(off, False)
    monkeypatch.setattr(engines, "confinement", lambda _: on)
    engine = Engine(COURSE, launcher, 1)
    assert engine.jailed == (not off)
    if off and not is_allowed:
        with pytest.raises(UnconfinedError, match="--allow-degraded grades all the same"):
            engine.expect_confinement(allow_degraded=is_allowed)
    else:
        engine.expect_confinement(allow_degraded=is_allowed)


@pytest.mark.parametrize("off", ["scratch", "user", "limits", "descriptors"])
def test_the_other_walls_may_be_missing(
    launcher: Launcher, off: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "confinement", lambda _: ALL | {off: False})
    Engine(COURSE, launcher, 1).expect_confinement()


def test_of_a_protection_that_is_not_told_nothing_is_assumed(
    launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "confinement", lambda _: {})
    assert not Engine(COURSE, launcher, 1).jailed


@pytest.fixture
def unconfined(launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that say that they can read every file."""

    @contextmanager
    def open_launcher(*_: object) -> Iterator[Launcher]:
        yield launcher

    monkeypatch.setattr(opening, "open_launcher", open_launcher)
    monkeypatch.setattr(engines, "confinement", lambda _: ALL | {"files": False})


def run(*arguments: str | Path) -> Ran:
    ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "300"})
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return Ran(ran.exit_code, ran.stdout, ran.stderr)


@on_linux
@pytest.mark.usefixtures("unconfined")
def test_no_command_for_others_code_grades_without_walls_unasked(tmp_path: Path) -> None:
    ann = hand_in(tmp_path / "class" / "ann", {"relu": solution("relu")})
    results, target = tmp_path / "results", tmp_path / "grades.json"
    grade = ("grade", ann, "--only", "relu", "--json", target)
    batch = ("batch", ann.parent, "--only", "relu", "--results", results)
    for command in (grade, batch):
        ran = run(*command)
        assert ran.status == 2, ran.stderr
        assert "this machine can't confine student code" in ran.stderr
    assert not target.exists()
    with pytest.raises(HostError, match="can't confine student code"):
        grade_folder(COURSE, ann, [COURSE.assignment("relu")], jobs=1, need_jail=True)
    for command in (grade, batch):
        assert run(*command, "--allow-degraded").status == 0
    assert '"score": 10' in target.read_text()
