"""Checking from a notebook's cell: one engine for all cells, and another after an interrupt."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.machine import on_posix
from helpers.repository import REPOSITORY

from grader.course.manifest import CourseError
from grader.grading.engine import Engine
from grader.grading.opening import open_engine
from grader.workbench import cells
from grader.workbench.cells import ENGINE, check_from_cell


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is run: what would run it need not import torch."""
    monkeypatch.setattr(
        cells, "open_engine", lambda course, modules: open_engine(course, modules=0)
    )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.chdir(REPOSITORY)
    yield ENGINE.get()
    ENGINE.close()


def test_a_mistyped_name_leaves_the_engine_as_it_was(engine: Engine) -> None:
    with pytest.raises(CourseError):
        check_from_cell("rleu")
    assert ENGINE.get() is engine


@pytest.mark.parametrize("kind", [KeyboardInterrupt, RuntimeError])
def test_what_breaks_off_a_check_ends_its_engine(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    def broken_off(*_: object) -> None:
        raise kind

    monkeypatch.setattr(Engine, "grade", broken_off)
    with pytest.raises(kind):
        check_from_cell("relu")
    assert ENGINE.get() is not engine


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Where the clocks of this machine are for a while."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@on_posix
@pytest.mark.usefixtures("tokyo")
def test_a_file_was_saved_when_the_clock_on_the_wall_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "assignments" / "relu.py"
    module.parent.mkdir()
    shutil.copyfile(REPOSITORY / "assignments" / "relu.py", module)
    os.utime(module, (0, 0))  # midnight in Greenwich
    monkeypatch.chdir(tmp_path)
    try:
        assert check_from_cell("relu").file == "relu.py, as it was saved at 09:00:00"
    finally:
        ENGINE.close()


@pytest.mark.parametrize("slug", ["relu", "l1"])  # which counts, and which is asked for alone
def test_any_task_of_the_course_can_be_checked_from_a_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slug: str
) -> None:
    module = tmp_path / "assignments" / f"{slug}.py"
    module.parent.mkdir()
    shutil.copyfile(REPOSITORY / "assignments" / f"{slug}.py", module)
    monkeypatch.chdir(module.parent)
    try:
        checked = check_from_cell(slug)
    finally:
        ENGINE.close()
    assert (checked.report.slug, checked.report.status) == (slug, "untouched")
    assert checked.file.startswith(f"{slug}.py, as it was saved at ")
