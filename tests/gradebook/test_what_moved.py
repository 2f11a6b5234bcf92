"""What is told of scores that moved, and what results are worth now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from test_store import COURSE, add_students, report, result

from grader.gradebook.history import history, moved_scores, moved_since
from grader.gradebook.keeping.results import Result
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.stored import StoredGradebook
from grader.gradebook.model import Entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "results", create=True) as store:
        add_students(store, "ann", "bob")
        yield store


def entry_of(store: Store, key: str) -> Entry:
    (stored,) = [each for each in store.students() if each.student.key == key]
    return StoredGradebook(COURSE, store).entry_of(stored)


@pytest.mark.parametrize(
    ("changed", "reasons"),
    [
        ({"code": "c2"}, None),
        ({"checks": "k2"}, ["the checks changed (k1 → k2)"]),
        ({"checks": "0123456789abcdef"}, ["the checks changed (k1 → 01234567)"]),
        ({"code": "c2", "checks": "k2"}, [
            "the student's code changed", "the checks changed (k1 → k2)",
        ]),
        ({"code": "c2", "seed": 2}, ["the student's code changed", "the seed changed (1 → 2)"]),
        ({"code": "c2", "versions": '{"torch":"2.15"}'}, [
            "the student's code changed", "the environment changed (torch 2.14 → 2.15)",
        ]),
        ({"seed": 2}, ["the seed changed (1 → 2)"]),
    ],
)  # fmt: skip
def test_a_score_that_moved_is_told_unless_the_students_code_alone_changed(
    store: Store, changed: dict[str, str | int], reasons: list[str] | None
) -> None:
    store.add_result(result("relu", 5, 0), ["ann"])
    line = store.last_line()
    store.add_result(result("relu", 5, 4, **changed), ["ann"])
    told = [change.reasons for change in moved_scores(store)]
    assert told == ([] if reasons is None else [reasons])
    (change,) = moved_since(COURSE, store, line)
    assert change.before is not None
    assert (change.before.score, change.after.score) == (5, 9)
    assert change.checks == ["test_1 0 → 4"]


def with_deferred(kept: Result) -> Result:
    """`kept` with a check more that is left for the instructors."""
    (check,) = kept.report.checks[-1:]
    left = msgspec.structs.replace(
        check, id="test_hidden_1", verdict="not_judged", points=0.0, deferred=True
    )
    report = msgspec.structs.replace(
        kept.report,
        checks=[*kept.report.checks, left],
        max_score=kept.report.max_score + left.max_points,
    )
    return msgspec.structs.replace(kept, report=report)


def test_a_check_that_was_left_for_the_instructors_has_lost_nothing_before_it_runs(
    store: Store,
) -> None:
    store.add_result(with_deferred(result("relu", 5)), ["ann"])
    store.add_result(result("relu", 5, 4, checks="k2"), ["ann"])
    store.add_result(with_deferred(result("relu", 3, checks="k3")), ["ann"])
    first, second, third = history(store, "ann")
    assert [change.after.max_score for change in (first, second, third)] == [10, 10, 10]
    assert first.checks == []
    assert second.checks == ["test_1 none → 4"]
    assert third.checks == ["test_0 5 → 3", "test_1 4 → none"]


def test_a_score_that_came_back_has_not_moved_since(store: Store) -> None:
    store.add_result(result("relu", 5, 0), ["ann"])
    line = store.last_line()
    store.add_result(result("relu", 5, 5, code="c2"), ["ann"])
    store.add_result(result("relu", 0, 5, code="c3"), ["ann"])
    assert list(moved_since(COURSE, store, line)) == []
    assert [change.after.score for change in history(store, "ann")] == [5, 10, 5]


def test_a_first_grade_has_not_moved(store: Store) -> None:
    store.add_result(result("relu", 5, 0), ["ann"])
    assert list(moved_since(COURSE, store, 0)) == [] == list(moved_scores(store))


def test_an_assignment_is_worth_what_its_newest_result_says(store: Store) -> None:
    store.add_result(result("relu", 5, 0), ["ann", "bob"])
    store.add_result(result("adam", 5), ["ann"])
    store.add_result(result("relu", 5, 0, 0, checks="k2"), ["ann"])
    assert store.maxima() == {"relu": 15.0, "adam": 5.0}
    assert entry_of(store, "ann").max_score == entry_of(store, "bob").max_score == 20.0
    columns = StoredGradebook(COURSE, store).assignments
    assert {column.slug: column.max_score for column in columns} == {"relu": 15.0, "adam": 5.0}


def test_a_finished_transaction_survives_a_power_cut(tmp_path: Path) -> None:
    """As far as SQLite can see to it: 3 is EXTRA (pragma.html#pragma_synchronous), and a journal of
    its own works on file systems of networks, where a write-ahead log does not."""
    for create in (True, False):
        with open_store(tmp_path, create=create) as store:
            assert store._read("PRAGMA synchronous") == [(3,)]
            assert store._read("PRAGMA journal_mode") == [("delete",)]
            assert store._read("PRAGMA foreign_keys") == [(1,)]


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    before = list(store.log())
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.add_result(result("relu", 5, 0), ["ann", "nobody"])
    assert list(store.log()) == before
    assert store.result_id(result("relu").key) is None


def test_a_result_is_its_report_and_nothing_else(store: Store) -> None:
    store.add_result(result("relu", 5, 2), ["ann"])
    number = store.result_id(result("relu").key)
    assert number is not None
    assert store.report(number) == report("relu", 5, 2)
    ((kept, duration_s, _, seed),), unreadable = store.results([number])
    assert not unreadable
    assert (kept, duration_s, seed) == (report("relu", 5, 2), 0.5, 1)
