"""The repository is coherent, and keeps some habits that `grader audit` does not ask of a course.

What the audit itself sees is in test_audit.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import REPOSITORY
from msgspec.structs import replace

from grader.course.manifest import load_course
from grader.grading.checkfile import collect_checks
from grader.grading.plugin import Judgement
from grader.proof.coherence import incoherences, names_in, orphans, title_line, zoo

COURSE = load_course(REPOSITORY)
EVERY = COURSE.every_slug
POINTS = 10  # of each assignment
CHECKS = [
    pytest.param(item, id=f"{slug}-{item.name}")
    for slug in EVERY
    for item in collect_checks(COURSE.check_path(slug)).items
]


def test_the_course_is_coherent() -> None:
    assert list(incoherences(COURSE)) == []


def test_what_reset_kept_is_no_orphan_and_other_copies_are(tmp_path: Path) -> None:
    for name in ("relu.py.1", "relu.ipynb.12", "relu.py.old", "rleu.py.1"):
        (tmp_path / "assignments").mkdir(exist_ok=True)
        (tmp_path / "assignments" / name).touch()
    found = list(orphans(replace(COURSE, root=tmp_path)))
    strangers = [line.split(":")[0] for line in found]
    assert strangers == ["assignments/relu.py.old", "assignments/rleu.py.1"]


def test_every_catalogue_of_misconceptions_is_an_assignments() -> None:
    catalogues = set(names_in(REPOSITORY / "grader" / "checks" / "misconceptions"))
    assert len(catalogues) >= 10
    assert catalogues <= {f"{slug}.py" for slug in EVERY} | {"__init__.py", "shared"}


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_the_zoo_has_a_folder_for_every_assignment(kind: str) -> None:
    assert set(names_in(zoo(COURSE) / kind)) == set(EVERY)


@pytest.mark.parametrize("item", CHECKS)
def test_a_check_is_worth_whole_points(item: pytest.Item) -> None:
    (points,) = next(item.iter_markers("points")).args
    assert isinstance(points, int)


@pytest.mark.parametrize("item", CHECKS)
def test_a_hint_is_a_sentence(item: pytest.Item) -> None:
    (hint,) = next(item.iter_markers("hint")).args
    assert len(hint) > 20
    assert hint == hint.strip()
    assert hint.endswith(".")


@pytest.mark.parametrize("item", CHECKS)
def test_a_title_is_one_line(item: pytest.Item) -> None:
    title = title_line(item)
    assert item.function.__doc__ == title  # type: ignore[attr-defined]
    assert len(title) > 10
    assert title[0].isupper() or title.startswith(("make_optimizer", "ε"))


@pytest.mark.parametrize("slug", EVERY)
def test_the_points_of_an_assignment_add_up(slug: str) -> None:
    checks = collect_checks(COURSE.check_path(slug)).describe(Judgement("not_judged"))
    assert sum(check.max_points for check in checks) == POINTS


@pytest.mark.parametrize("slug", EVERY)
def test_the_first_check_of_an_assignment_is_a_gate(slug: str) -> None:
    first = collect_checks(COURSE.check_path(slug)).items[0]
    assert first.name == "test_builds"
    assert first.get_closest_marker("gate")
