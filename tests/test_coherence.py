"""The repository audits itself: what belongs together is there, and nothing else is.

That stubs are what the solutions produce is in test_stubs.py; that stubs earn nothing and solutions
everything, in test_cli.py.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import REPOSITORY

from grader.course import load_course
from grader.grading import list_checks

COURSE = load_course(REPOSITORY)
EVERY = [assignment.slug for assignment in COURSE.every]
SLUGS = set(EVERY)
ZOO = REPOSITORY / "tests" / "zoo"
POINTS = 10  # of each assignment


def checks_of(slug: str) -> dict[str, Callable[..., None]]:
    """The check functions of an assignment, by name, shared ones included."""
    module = importlib.import_module(f"grader.checks.test_{slug}")
    return {
        name: function
        for name, function in vars(module).items()
        if name.startswith("test_") and inspect.isfunction(function)
    }


CHECKS = [
    pytest.param(slug, name, function, id=f"{slug}-{name}")
    for slug in EVERY
    for name, function in checks_of(slug).items()
]


def marks_of(function: Callable[..., None]) -> dict[str, tuple[object, ...]]:
    marks = getattr(function, "pytestmark", [])
    assert len({mark.name for mark in marks}) == len(marks), "the same mark twice"
    return {mark.name: mark.args for mark in marks}


def names_in(folder: Path) -> set[str]:
    """What lies in a folder, but for what Python leaves there."""
    return {path.name for path in folder.iterdir() if path.name != "__pycache__"}


def test_every_assignment_has_its_stub_and_nothing_else_lies_there() -> None:
    modules = {f"{slug}.py" for slug in SLUGS}
    assert names_in(REPOSITORY / "assignments") == modules | {"baseline.py", "course.toml"}


def test_every_assignment_has_its_solution_and_nothing_else_lies_there() -> None:
    assert names_in(REPOSITORY / "solutions") == {f"{slug}.py" for slug in SLUGS}


def test_every_assignment_has_its_checks_and_every_other_module_is_used_by_them() -> None:
    folder = REPOSITORY / "grader" / "checks"
    tests = {f"test_{slug}.py" for slug in SLUGS}
    shared = names_in(folder) - tests - {"__init__.py"}
    assert tests < names_in(folder)
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in tests | shared}
    for name in shared:
        importing = f"from grader.checks.{name.removesuffix('.py')} import"
        assert any(importing in text for text in texts.values()), name


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_the_zoo_has_a_folder_for_every_assignment(kind: str) -> None:
    assert names_in(ZOO / kind) == SLUGS


def test_hostile_modules_belong_to_assignments() -> None:
    assert names_in(ZOO / "hostile") <= SLUGS


def test_nothing_in_the_zoo_is_orphaned() -> None:
    depths = {"right": 3, "wrong": 4, "hostile": 4}  # kind/slug/[check or verdict/]module
    assert names_in(ZOO) == set(depths)
    for path in ZOO.rglob("*"):
        parts = path.relative_to(ZOO).parts
        if path.is_file() and "__pycache__" not in parts:
            assert (len(parts), path.suffix) == (depths[parts[0]], ".py"), path


@pytest.mark.parametrize("slug", EVERY)
def test_wrong_modules_name_checks_that_exist_and_every_check_has_one(slug: str) -> None:
    folders = {path.name for path in (ZOO / "wrong" / slug).iterdir() if any(path.glob("*.py"))}
    assert folders == names_in(ZOO / "wrong" / slug)
    assert folders == set(checks_of(slug))


@pytest.mark.parametrize(("slug", "name", "function"), CHECKS)
def test_a_check_is_worth_points(slug: str, name: str, function: Callable[..., None]) -> None:
    (points,) = marks_of(function)["points"]
    assert isinstance(points, int)
    assert points > 0


@pytest.mark.parametrize(("slug", "name", "function"), CHECKS)
def test_a_check_says_where_to_look(slug: str, name: str, function: Callable[..., None]) -> None:
    (hint,) = marks_of(function)["hint"]
    assert isinstance(hint, str)
    assert len(hint) > 20
    assert hint == hint.strip()
    assert hint.endswith(".")


@pytest.mark.parametrize(("slug", "name", "function"), CHECKS)
def test_a_check_has_a_title(slug: str, name: str, function: Callable[..., None]) -> None:
    title = function.__doc__
    assert title, "no docstring"
    assert title == title.strip()
    assert "\n" not in title
    assert 10 < len(title) <= 100
    assert title[0].isupper() or title.startswith(("make_optimizer", "ε"))
    assert not title.endswith(".")


@pytest.mark.parametrize(("slug", "name", "function"), CHECKS)
def test_a_check_has_no_other_marks(slug: str, name: str, function: Callable[..., None]) -> None:
    assert marks_of(function).keys() <= {"points", "hint", "gate"}


def test_the_checks_that_run_are_these_and_their_points_add_up() -> None:
    listed = list_checks(COURSE)
    assert list(listed) == EVERY
    for slug, checks in listed.items():
        assert {check.id for check in checks} == set(checks_of(slug))
        assert len({check.title for check in checks}) == len(checks)
        assert sum(check.max_points for check in checks) == POINTS, slug


def test_the_first_check_of_every_assignment_is_a_gate() -> None:
    for slug, checks in list_checks(COURSE).items():
        assert checks[0].id == "test_builds"
        assert "gate" in marks_of(checks_of(slug)["test_builds"])


def test_thresholds_are_above_guessing_and_below_certainty() -> None:
    training = [assignment for assignment in COURSE.every if assignment.epochs]
    assert set(COURSE.assignments) <= set(training)
    for assignment in training:
        assert 0.1 < assignment.threshold < 1


def test_every_stub_names_the_command_that_checks_it() -> None:
    for slug in SLUGS:
        assert f"grader check {slug}\n" in COURSE.stub_path(slug).read_text(encoding="utf-8")
