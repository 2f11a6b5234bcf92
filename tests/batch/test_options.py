"""What the options of a run over a class leave alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from helpers.classes import COURSE
from helpers.clones import commit, git
from test_run import ONLY, Command

from grader.course.manifest import LatePolicy
from grader.gradebook.keeping.store import open_store


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(tmp_path, monkeypatch)


def test_of_a_single_student_nothing_is_said_of_who_else_is_absent(
    batch: Command, tmp_path: Path
) -> None:
    batch.hand_in(ann="points = 3", bob="points = 4")
    roster = tmp_path / "roster.csv"
    roster.write_text("name,identifier\nann,1\nbob,2\ncem,3\ndee,4\n")
    listed = (*ONLY, "--roster", roster)
    assert batch(*listed, "--student", "ann", "--student", "dee").status == 0
    assert batch.scores == {"ann": 3, "dee": 0}
    assert batch(*listed).status == 0
    assert batch.scores == {"ann": 3, "bob": 4, "cem": 0, "dee": 0}


@pytest.mark.parametrize("slug", ["relu", "l1"])  # which counts, and which is asked for alone
def test_a_task_that_is_asked_for_is_as_late_as_its_commit(batch: Command, slug: str) -> None:
    batch.course = msgspec.structs.replace(
        COURSE, late=LatePolicy(due=datetime(2026, 10, 1, tzinfo=UTC))
    )
    clone = batch.class_ / "ann"
    clone.mkdir(parents=True)
    git(clone, "init")
    commit(clone, f"{slug}.py", 5, "points = 3\n")
    assert batch("--only", slug).status == 0
    with open_store(batch.results) as store:
        (grade,) = store.log()
    assert (grade.slug, grade.submitted_at) == (slug, "2026-10-05T10:00:00Z")


@pytest.mark.parametrize(("options", "seed"), [((), COURSE.seed), (("--seed", "0"), 0)])
def test_a_seed_that_is_named_is_the_one(
    batch: Command, options: tuple[str, ...], seed: int
) -> None:
    batch.hand_in(ann="points = 3")
    assert batch(*ONLY, *options).status == 0
    with open_store(batch.results) as store:
        assert [grade.key.seed for grade in store.log()] == [seed]


def test_results_that_are_kept_where_the_hand_ins_lie_are_nobodys(batch: Command) -> None:
    batch.hand_in(ann="points = 3")
    batch.results = batch.class_ / "results"
    for _ in range(2):
        assert batch(*ONLY).status == 0
        assert batch.scores == {"ann": 3}


def test_results_that_are_to_be_kept_in_a_file_are_refused_as_wrong_usage(batch: Command) -> None:
    batch.hand_in(ann="points = 3")
    batch.results.write_text("")
    assert batch(*ONLY).status == 2
