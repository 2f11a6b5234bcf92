"""Tasks come one by one: what a run touches, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from helpers.classes import COURSE, entries, make_folder, make_zip, run, scores

from grader.course.manifest import LatePolicy
from grader.gradebook.history import find_student
from grader.gradebook.keeping.store import open_store


def test_a_run_touches_what_was_handed_in_to_it_alone(tmp_path: Path) -> None:
    results = tmp_path / "results"
    run(make_folder(tmp_path / "1", {"ann/relu.py": "points = 7", "bob/relu.py": ""}), results)
    run(make_folder(tmp_path / "2", {"ann/adam.py": "points = 5"}), results)
    ann, bob = entries(results)
    assert (scores(ann), scores(bob)) == ({"relu": 7, "adam": 5}, {"relu": 0})
    assert (ann.final, bob.final) == (12, 0)


@pytest.mark.parametrize("how", ["named", "due"])
def test_what_is_due_or_named_and_not_there_is_not_handed_in(how: str, tmp_path: Path) -> None:
    results, course = tmp_path / "results", COURSE
    run(make_folder(tmp_path / "1", {"ann/relu.py": "points = 7", "bob/notes.txt": ""}), results)
    assert [scores(entry) for entry in entries(results)] == [{"relu": 7}, {}]
    if how == "due":
        due = LatePolicy(due=datetime.now(UTC) - timedelta(days=1), percent_a_day=0)
        course = msgspec.structs.replace(COURSE, late=due)
    class_ = make_folder(tmp_path / "2", {"ann/adam.py": "points = 5", "bob/notes.txt": ""})
    run(class_, results, course=course, named=how == "named")
    missing = dict.fromkeys(("relu", "adam", "dropout"), 0)
    assert [scores(entry) for entry in entries(results)] == [
        missing | {"relu": 7, "adam": 5}, missing,
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["named", "due"])
def test_who_hands_in_nothing_has_the_0_of_who_handed_in_another_task(
    how: str, tmp_path: Path
) -> None:
    results, roster, course = tmp_path / "results", tmp_path / "roster.csv", COURSE
    roster.write_text("name,section\nann,A\nbob,A\ncem,A\ndan,B\n")
    class_ = make_folder(tmp_path / "1", {"ann/relu.py": "points = 7", "bob/adam.py": "points = 5"})
    run(class_, results, roster)
    assert [scores(entry) for entry in entries(results)] == [{"relu": 7}, {"adam": 5}, {}, {}]
    assert [entry.final for entry in entries(results)] == [7, 5, None, None]
    if how == "due":
        late = LatePolicy(due=datetime.now(UTC) - timedelta(days=1), percent_a_day=0)
        course = msgspec.structs.replace(COURSE, late=late)
    run(class_, results, roster, course=course, named=how == "named")
    missing = dict.fromkeys(("relu", "adam", "dropout"), 0)
    assert [scores(entry) for entry in entries(results)] == [
        missing | {"relu": 7}, missing | {"adam": 5}, missing, {},
    ]  # fmt: skip
    run(make_folder(tmp_path / "2", {"cem/relu.py": "points = 4"}), results, roster)
    assert scores(entries(results)[2]) == missing | {"relu": 4}


def test_more_time_puts_off_what_is_not_handed_in(tmp_path: Path) -> None:
    results = tmp_path / "results"
    late = LatePolicy(due=datetime.now(UTC) - timedelta(days=1), percent_a_day=0)
    course = msgspec.structs.replace(COURSE, late=late)
    run(make_folder(tmp_path / "1", {"ann/relu.py": "points = 7", "bob/relu.py": ""}), results)
    with open_store(results) as store:
        ann, bob = (stored.student.key for stored in store.students())
        store.add_extensions(
            [(ann, "adam", "", 3, "ill"), (bob, "", "2999-01-01T00:00:00Z", 0, "")]
        )
    again = make_folder(tmp_path / "2", {"ann/relu.py": "points = 7", "bob/relu.py": ""})
    run(again, results, course=course)
    assert [scores(e) for e in entries(results)] == [{"relu": 7, "dropout": 0}, {"relu": 0}]
    run(again, results, course=course, named=True)
    missing = dict.fromkeys(("adam", "dropout"), 0)
    assert [scores(e) for e in entries(results)] == [missing | {"relu": 7}, missing | {"relu": 0}]


def test_what_cannot_be_read_is_about_what_others_handed_in_and_takes_nothing(
    tmp_path: Path,
) -> None:
    results = tmp_path / "results"
    damaged = {"ann.zip": b"PK\x03\x04 nothing", "bob/relu.py": "points = 3"}
    display = run(make_folder(tmp_path / "1", damaged), results)
    assert any(note.startswith("ann: ann.zip: ") for note in display.notes)
    assert [scores(entry) for entry in entries(results)] == [{"relu": 0}, {"relu": 3}]
    whole = {"ann.zip": make_zip({"relu.py": "points = 4"})}
    run(make_folder(tmp_path / "2", whole), results)
    run(make_folder(tmp_path / "3", damaged), results)
    assert [scores(entry) for entry in entries(results)] == [{"relu": 4}, {"relu": 3}]


def test_whoever_is_dropped_stays_in_the_store_and_leaves_the_gradebook(tmp_path: Path) -> None:
    class_ = make_folder(tmp_path / "c", {"ann/relu.py": "", "bob/relu.py": "points = 2"})
    results, roster = tmp_path / "results", tmp_path / "roster.csv"

    def names(with_dropped: bool = False) -> list[str]:
        return [e.student.name for e in entries(results, with_dropped=with_dropped)]

    roster.write_text("name,email\nann,a@example.edu\nbob,b@example.edu\n")
    run(class_, results, roster)
    roster.write_text("name,email\nann,a@example.edu\n")
    assert "bob: not on the roster" in run(class_, results, roster).notes
    assert (names(), names(with_dropped=True)) == (["ann"], ["ann", "bob"])
    run(class_, results)
    assert names() == ["ann"], "and a run without a roster brings nobody back"
    with open_store(results) as store:
        assert find_student(store, "b@example.edu").is_dropped
    roster.write_text("name,email\nann,a@example.edu\nbob,b@example.edu\n")
    run(class_, results, roster)
    assert names() == ["ann", "bob"]
