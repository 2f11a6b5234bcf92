"""Checking from a notebook's cell: one engine for all cells, and another after an interrupt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import REPOSITORY

from grader.course.manifest import CourseError
from grader.grading.engine import Engine
from grader.workbench.cells import ENGINE, check_from_cell


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
