"""What people decided, where more than one decision is about the same grade, and when each was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta, timezone
from pathlib import Path

import msgspec
import pytest
from test_store import add_students, result
from test_stored import A_DAY_LATE, course_of, decider, entry_of, hand_in

from grader.batch.extensions import note_extensions
from grader.gradebook import account
from grader.gradebook.decide import DecisionError
from grader.gradebook.keeping.database import FILE
from grader.gradebook.keeping.decisions import ROSTER, Decisions
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Comment, Extension, Override, Person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "results", create=True) as store:
        add_students(store, "ann", "bob")
        yield store


def test_each_decision_is_dated_when_it_was_taken() -> None:
    day = [f"2026-10-0{number}T12:00:00Z" for number in range(1, 8)]
    decided = Decisions(
        [(Override("relu", 8, "argued", day[0]), day[3]), (Override("", 9, "ill", day[1]), "")],
        [Comment("relu", "well done", day[2])],
        [
            Extension("", "", 2, "ill", day[4]),
            Extension("relu", "", 0, "", day[5]),
            Extension("relu", "2026-10-31T22:30:00Z", 0, "", day[6]),
        ],
    )
    zone = timezone(timedelta(hours=2))
    told = {event.at: event.what for event in account.decisions(decided, zone)}
    assert [told[at] for at in day] == [
        "8, set by a person: argued",
        "9, set by a person: ill",
        "comment: well done",
        "8, set by a person, is taken back",
        "more time: 2 days: ill",
        "more time is taken back",
        "more time: until 1 Nov 2026, 00:30 UTC+02:00",
    ]


def test_a_total_that_was_set_is_that_of_a_story_until_it_is_taken_back(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=A_DAY_LATE)
    hand_in(store, "c2", 5, 4, at=A_DAY_LATE, slug="adam")
    decider(store, "").set_score(3, "copied")
    decider(store, "").take_back()
    told = [line for line in account.story(store, entry_of(store, "ann"), UTC) if "(total" in line]
    assert [line.rpartition("(")[2] for line in told] == [
        "total 5)", "total 14)", "total 3)", "total 14)",
    ]  # fmt: skip


def test_all_that_a_student_is_known_by_may_change(store: Store) -> None:
    fields = [name for name in Person.__struct_fields__ if name != "key"]
    before, after = (
        Person(key="cem", **{name: f"{word} {name}" for name in fields}) for word in ("a", "b")
    )
    one = StoredStudent(before, "c", "cem.zip", "2026-10-01T00:00:00Z", "enrolled", "canvas:c_1")
    changed = StoredStudent(after, "d", "cem", "2026-10-02T00:00:00Z", "dropped", "moodle:d_1")
    for student in (one, changed):
        store.set_students([student])
        assert student in store.students()
    assert len(store.students()) == 3


def test_what_the_staff_gave_is_taken_back_also_where_the_roster_gives_some(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    course = course_of(percent_a_day=10)
    note_extensions(store, {"ann": "1"}, course.zone)
    with pytest.raises(DecisionError, match="stands on the roster; take it out there"):
        decider(store, "", course).no_more_time()
    with pytest.raises(DecisionError, match="is what extensions in the roster are called"):
        decider(store, "", course).extend("", 3, f" {ROSTER} ")
    decider(store, "", course).extend("", 3, "ill")
    assert decider(store, "", course).no_more_time() == [
        "Ann (ann): all: the extension is taken back"
    ]
    assert [e.days for e in entry_of(store, "ann", course).extensions] == [1]


def test_a_0_that_a_person_sets_to_points_is_as_late_as_it_came(store: Store) -> None:
    hand_in(store, "c1", 0, 0, at=A_DAY_LATE)
    course = course_of(percent_a_day=10)
    assert entry_of(store, "ann", course).lateness == {}
    decider(store, "relu", course).set_score(8, "right but for its name")
    assert entry_of(store, "ann", course).final == pytest.approx(7.2)


@pytest.mark.parametrize("slug", ["relu", ""])
def test_a_person_may_set_a_score_to_0(store: Store, slug: str) -> None:
    hand_in(store, "c1", 5, 4, at=A_DAY_LATE)
    decider(store, slug).set_score(0, "copied")
    assert entry_of(store, "ann").final == 0


def test_words_in_another_encoding_are_kept_as_far_as_they_can_be(store: Store) -> None:
    hand_in(store, "c1", 5, 4, at=A_DAY_LATE)
    decider(store, "relu").set_score(8, "caf\udce9")
    decider(store, "relu").comment("caf\udce9")
    store.add_extensions([("ann", "relu", "", 2, "caf\udce9")])
    decided = store.decisions("ann")["ann"]
    words = [decided.overrides[0].reason, decided.comments[0].text, decided.extensions[0].reason]
    assert words == ["caf\\udce9"] * 3


@pytest.mark.parametrize("blank", ["", " \n"])
def test_what_is_blank_is_no_reason_and_takes_no_comment_back(store: Store, blank: str) -> None:
    hand_in(store, "c1", 5, 4, at=A_DAY_LATE)
    decider(store, "relu").comment("well done")
    for decide in (
        lambda: decider(store, "relu").comment(blank),
        lambda: decider(store, "relu").set_score(9, blank),
        lambda: decider(store, "relu", course_of()).extend("", 1, blank),
    ):
        with pytest.raises(DecisionError, match="is empty; say"):
            decide()
    entry = entry_of(store, "ann")
    assert [comment.text for comment in entry.comments] == ["well done"]
    assert (entry.overrides, entry.extensions) == ([], [])


def damage(root: Path, slug: str) -> None:
    with closing(sqlite3.connect(root / "results" / FILE)) as connection, connection:
        connection.execute("UPDATE results SET report = '{}' WHERE slug = ?", [slug])


@pytest.mark.parametrize("broken", ["adam", "relu"])
def test_a_result_that_cannot_be_read_is_named_whichever_it_is(
    store: Store, tmp_path: Path, broken: str
) -> None:
    for slug in ("adam", "relu"):
        store.add_result(result(slug, 5, 0), ["ann"])
    damage(tmp_path, broken)
    assert [(name, slug) for name, slug, _ in store.unreadable()] == [("Ann", broken)]


def test_all_of_a_result_that_cannot_be_read_is_replaced(store: Store, tmp_path: Path) -> None:
    first = result("relu", 5, 0)
    store.add_result(first, ["ann"])
    damage(tmp_path, "relu")
    environment = msgspec.structs.replace(first.environment, platform="Linux, mended")
    report = result("relu", 5, 5, 4).report
    mended = msgspec.structs.replace(first, report=report, environment=environment, duration_s=2.5)
    store.add_result(mended, ["ann"])
    assert store.results([1]) == ([(report, 2.5, environment, first.key.seed)], {})
    assert store.maxima() == {"relu": 15}
    assert [grade.score for grade in store.log("ann")] == [14]


def test_what_was_set_and_what_was_said_are_taken_back_together(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=A_DAY_LATE)
    decider(store, "relu").set_score(8, "argued well")
    decider(store, "relu").comment("well argued")
    assert decider(store, "relu").take_back() == [
        "Ann (ann): relu: 8 → 5 of 10; total 8 → 5", "Ann (ann): relu: the comment is taken back",
    ]  # fmt: skip
    entry = entry_of(store, "ann")
    assert (entry.overrides, entry.comments) == ([], [])
