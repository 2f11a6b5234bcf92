"""Of what is stored, which hand-in counts, when it is late, and what people decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from test_store import COURSE, add_students, result

from grader.batch.extensions import note_extensions
from grader.course.manifest import Course, LatePolicy
from grader.gradebook.account import (
    extensions_lines,
    moved_lines,
    story,
    summed_up,
    turnout,
)
from grader.gradebook.decide import Decider, DecisionError
from grader.gradebook.history import history, moved_scores, moved_since
from grader.gradebook.keeping.database import FILE
from grader.gradebook.keeping.results import StoredSource
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.stored import StoredGradebook
from grader.gradebook.model import Entry
from grader.gradebook.scores import ExportError
from grader.gradebook.uploads import FILE as FEEDBACK
from grader.gradebook.uploads import next_step, portable
from grader.site import write_feedback

DUE = datetime(2026, 10, 1, 12, tzinfo=UTC)
IN_TIME, A_DAY_LATE, TWO_DAYS_LATE = (f"2026-10-{day:02d}T12:00:00Z" for day in (1, 2, 3))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "results", create=True) as store:
        add_students(store, "ann", "bob")
        yield store


def course_of(**rule: Any) -> Course:
    return msgspec.structs.replace(COURSE, late=LatePolicy(due=DUE, **rule))


def entry_of(store: Store, key: str, course: Course = COURSE) -> Entry:
    (stored,) = [each for each in store.students() if each.student.key == key]
    return StoredGradebook(course, store).entry_of(stored)


def hand_in(store: Store, code: str, *points: float, at: str, slug: str = "relu") -> None:
    store.add_result(result(slug, *points, code=code), ["ann"], {"ann": at})


# ---------------------------------------------------------------- which hand-in counts


def three_hand_ins(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    hand_in(store, "c2", 5, 4, at=A_DAY_LATE)
    hand_in(store, "c3", 5, 3, at=TWO_DAYS_LATE)


@pytest.mark.parametrize(
    ("counts", "percent_a_day", "code", "final"),
    [
        ("last", 10, "c3", 6.4),
        ("best", 10, "c2", 8.1),
        ("best", 50, "c1", 5.0),
        ("in time", 10, "c1", 5.0),
    ],
)
def test_the_course_says_which_of_several_hand_ins_counts(
    store: Store, counts: str, percent_a_day: float, code: str, final: float
) -> None:
    three_hand_ins(store)
    entry = entry_of(store, "ann", course_of(percent_a_day=percent_a_day, counts=counts))
    assert (entry.hand_ins["relu"].code, entry.final) == (code, final)
    assert entry.report is not None and len(entry.report.assignments) == 1


def test_where_nothing_is_in_time_the_last_hand_in_counts(store: Store) -> None:
    hand_in(store, "c2", 5, 4, at=A_DAY_LATE)
    hand_in(store, "c3", 5, 3, at=TWO_DAYS_LATE)
    entry = entry_of(store, "ann", course_of(percent_a_day=10, counts="in time"))
    assert entry.hand_ins["relu"].code == "c3"


def test_more_time_makes_a_later_hand_in_the_one_in_time(store: Store) -> None:
    three_hand_ins(store)
    store.add_extensions([("ann", "relu", "", 1, "ill")])
    entry = entry_of(store, "ann", course_of(percent_a_day=10, counts="in time"))
    assert (entry.hand_ins["relu"].code, entry.final) == ("c2", 9.0)


def test_a_file_that_is_missing_the_next_time_takes_nothing_from_the_best(store: Store) -> None:
    hand_in(store, "c1", 5, 4, at=IN_TIME)
    hand_in(store, "missing", 0, 0, at=IN_TIME)
    assert entry_of(store, "ann", course_of(counts="best")).final == 9.0
    assert entry_of(store, "ann", course_of(counts="last")).final == 0.0


def test_what_is_missing_is_no_hand_in(store: Store) -> None:
    hand_in(store, "missing", 0, 0, at="")
    hand_in(store, "c1", 5, 0, at=IN_TIME, slug="momentum")
    assert list(entry_of(store, "ann").hand_ins) == ["momentum"]


def test_a_report_is_out_of_all_points_also_of_who_lacks_an_assignment(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=IN_TIME)
    store.add_result(result("momentum", 5, 5, code="c2"), ["bob"])
    report = entry_of(store, "ann").report
    assert report is not None and (report.score, report.max_score) == (10, 20)


def test_the_same_file_handed_in_again_is_as_late_as_the_last_time(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    hand_in(store, "c1", 5, 0, at=A_DAY_LATE)
    assert entry_of(store, "ann", course_of(percent_a_day=10)).final == 4.5
    assert entry_of(store, "ann", course_of(percent_a_day=10, counts="in time")).final == 5.0
    reasons = [change.reasons for change in history(store, "ann")]
    assert reasons == [["first graded"], [f"handed in at another time ({IN_TIME} → {A_DAY_LATE})"]]


def test_a_time_that_becomes_known_later_is_that_of_the_same_hand_in(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at="")
    number = store.result_id(result("relu").key)
    assert number is not None
    store.set_grades([("ann", "relu", number, A_DAY_LATE)])
    assert len(list(store.log("ann"))) == 1
    assert entry_of(store, "ann", course_of(percent_a_day=10)).final == 4.5


def test_each_module_is_late_by_itself(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    hand_in(store, "c1", 5, 5, at=IN_TIME, slug="adam")
    entry = entry_of(store, "ann", course_of(percent_a_day=10))
    assert entry.final == 19.0 and entry.lateness.keys() == {"relu"}
    assert entry.submitted_at == A_DAY_LATE


def test_what_earns_nothing_spends_no_free_days(store: Store) -> None:
    hand_in(store, "c1", 0, 0, at=A_DAY_LATE, slug="adam")
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    entry = entry_of(store, "ann", course_of(percent_a_day=10, free_days=1))
    assert entry.final == 10.0 and entry.lateness["relu"].free_days == 1


# ---------------------------------------------------------------- graded again


def test_what_is_graded_again_replaces_the_result_of_all_who_share_it(store: Store) -> None:
    store.add_result(result("relu", 5, 0), ["ann", "bob"], {"ann": IN_TIME})
    line = store.last_line()
    store.replace_result(result("relu", 5, 5), ["ann"], {"ann": IN_TIME})
    assert {key: entry_of(store, key).final for key in ("ann", "bob")} == {"ann": 10, "bob": 10}
    assert entry_of(store, "ann").hand_ins["relu"].submitted_at == IN_TIME
    assert [change.reasons for change in history(store, "bob")][1] == ["graded again"]
    moved = list(moved_since(COURSE, store, line))
    assert summed_up(moved) == ["relu: 2 students +5, by test_1: graded again"]
    assert moved_lines(moved, {"ann": "Ann", "bob": "Bob"}) == [
        "2 scores have moved:",
        "  relu: 2 students +5, by test_1: graded again",
        "  Ann: relu 5 → 10: test_1 0 → 5; graded again",
        "  Bob: relu 5 → 10: test_1 0 → 5; graded again",
    ]
    number = store.result_id(result("relu").key)
    assert number is not None and store.report(number).score == 10
    store.replace_result(result("relu", 5, 0), ["ann"])  # within the same second
    assert entry_of(store, "bob").final == 5


@pytest.mark.parametrize("count", [20, 21])
def test_twenty_scores_that_moved_are_told_one_by_one(store: Store, count: int) -> None:
    names = {f"s{number:02d}": f"S{number:02d}" for number in range(count)}
    add_students(store, *names)
    store.add_result(result("relu", 5, 0), names)
    line = store.last_line()
    store.add_result(result("relu", 5, 4, checks="k2"), names)
    heading, summed, *told = moved_lines(list(moved_since(COURSE, store, line)), names)
    assert (heading, summed.split(" +")[0]) == (
        f"{count} scores have moved:", f"  relu: {count} students"
    )  # fmt: skip
    assert [line.strip().partition(":")[0] for line in told[:20]] == list(names.values())[:20]
    assert [line.partition(";")[0] for line in told[20:]] == ["  and more"] * (count > 20)


@pytest.mark.parametrize(("counts", "moved"), [("last", (9, 8)), ("best", None), ("in time", None)])
def test_a_score_has_moved_where_what_counts_is_another(
    store: Store, counts: str, moved: tuple[float, float] | None
) -> None:
    hand_in(store, "c1", 5, 4, at=IN_TIME)
    line = store.last_line()
    hand_in(store, "c2", 5, 3, at=A_DAY_LATE)
    course = course_of(counts=counts)
    found = [(c.before.score, c.after.score) for c in moved_since(course, store, line) if c.before]
    assert found == ([] if moved is None else [moved])
    assert turnout(course, store, ["relu"]).finals == {"ann": 8 if counts == "last" else 9}
    line = store.last_line()
    hand_in(store, "c3", 5, 5, at=A_DAY_LATE)
    (change,) = moved_since(course_of(counts="best"), store, line)
    assert change.before is not None and (change.before.score, change.after.score) == (9, 10)


def test_a_score_that_is_late_by_another_percentage_has_moved(store: Store) -> None:
    hand_in(store, "c1", 5, 4, at=IN_TIME)
    for at, moved in ((A_DAY_LATE, 1), (TWO_DAYS_LATE, 1), (TWO_DAYS_LATE, 0)):
        line = store.last_line()
        hand_in(store, "c1", 5, 4, at=at)
        assert len(list(moved_since(course_of(percent_a_day=10), store, line))) == moved
        assert not list(moved_since(course_of(), store, line)), "where being late costs nothing"
    changes = list(moved_since(course_of(percent_a_day=10), store, 1))
    late = "as before, but for what being late takes off"
    why = f"handed in at another time ({IN_TIME} → {TWO_DAYS_LATE})"
    assert summed_up(changes) == [f"relu: 1 student {late}: {why}"]
    assert moved_lines(changes, {"ann": "Ann"})[1:] == [f"  Ann: relu 9, {late}: {why}"]


def test_an_older_hand_in_that_counts_now_is_called_one(store: Store) -> None:
    hand_in(store, "c2", 5, 5, at=A_DAY_LATE)
    line = store.last_line()
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    (change,) = moved_since(COURSE, store, line)
    assert change.reasons == ["an older hand-in took the place of a newer one"]
    assert len(list(moved_scores(store))) == 1, "which the student has not done"


def test_what_was_set_aside_is_no_longer_given_to_others_of_the_same_meaning(
    store: Store,
) -> None:
    first = msgspec.structs.replace(result("relu", 5, 0), meaning="m")
    store.add_result(first, ["ann"])
    assert store.result_of_meaning("m") == first
    store.replace_result(result("relu", 5, 5), ["ann"])  # holds for this one alone
    assert store.result_of_meaning("m") is None


def test_what_moved_is_told_also_where_the_result_was_known(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at="")
    hand_in(store, "c2", 5, 5, at="")
    line = store.last_line()
    number = store.result_id(result("relu", code="c1").key)
    assert number is not None
    store.set_grades([("ann", "relu", number, "")])
    (change,) = moved_since(COURSE, store, line)
    assert change.before is not None
    assert (change.before.score, change.after.score) == (10, 5)
    assert change.reasons == ["the student's code changed"]
    assert list(moved_scores(store)) == []


def test_sources_are_kept_as_they_were_handed_in(store: Store) -> None:
    source = StoredSource("relu.ipynb", "x = '\ud800é'\r\n", "abc")
    store.add_result(result("relu", 5), ["ann"], source=source)
    assert store.source("c1") == source
    assert store.source("c9") is None
    assert entry_of(store, "ann").hand_ins["relu"].tree == "abc"


def test_a_store_of_an_older_version_gets_what_it_lacks(store: Store, tmp_path: Path) -> None:
    store.add_result(result("relu", 5), ["ann"])
    with closing(sqlite3.connect(tmp_path / "results" / FILE)) as connection:
        for table in ("hand_ins", "sources", "withdrawals", "comments", "extensions"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE students DROP COLUMN section")
    with open_store(tmp_path / "results") as again:
        assert entry_of(again, "ann").final == 5
    assert (tmp_path / "results" / FILE).is_file()


# ---------------------------------------------------------------- what people decide


def decider(store: Store, slug: str, course: Course = COURSE) -> Decider:
    (stored,) = [each for each in store.students() if each.student.key == "ann"]
    return Decider(StoredGradebook(course, store), stored, slug)


def test_an_override_says_what_it_did_and_is_taken_back(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    assert decider(store, "relu").set_score(8, "argued well") == [
        "Ann (ann): relu: 5 → 8 of 10; total 5 → 8"
    ]
    assert decider(store, "relu").take_back() == ["Ann (ann): relu: 8 → 5 of 10; total 8 → 5"]
    assert entry_of(store, "ann").overrides == []
    with pytest.raises(DecisionError, match="nothing was set or said by hand"):
        decider(store, "relu").take_back()


def test_more_than_the_maximum_is_a_bonus_and_told(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    lines = decider(store, "relu").set_score(12.5, "found a fault of ours")
    assert lines[1:] == ["that is a bonus of 2.5 points above the maximum of 10"]
    assert entry_of(store, "ann").final == 12.5


@pytest.mark.parametrize("score", [-1, float("nan"), float("inf")])
def test_what_is_no_score_is_refused(store: Store, score: float) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    with pytest.raises(DecisionError, match="a score is a number from 0 on"):
        decider(store, "relu").set_score(score, "why")


def test_a_comment_needs_no_score_and_is_taken_back_as_well(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    decider(store, "").comment("well explained")
    entry = entry_of(store, "ann")
    assert [(c.slug, c.text) for c in entry.comments] == [("", "well explained")]
    assert entry.final == 5
    assert decider(store, "").take_back() == ["Ann (ann): all: the comment is taken back"]
    assert entry_of(store, "ann").comments == []


def test_more_time_is_said_listed_and_taken_back(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    course = course_of(percent_a_day=10)
    assert decider(store, "relu", course).extend("", 1, "ill") == [
        "Ann (ann): relu: due 2 Oct 2026, 12:00 UTC", "total 9 → 10",
    ]  # fmt: skip
    (line,) = extensions_lines(store, [each.student for each in store.students()], UTC)
    assert line.startswith("Ann (ann): relu 1 day: ill (given ")
    assert decider(store, "relu", course).no_more_time() == [
        "Ann (ann): relu: the extension is taken back", "total 10 → 9",
    ]  # fmt: skip
    with pytest.raises(DecisionError, match="no more time was given"):
        decider(store, "relu", course).no_more_time()


def test_a_day_lasts_to_its_end_in_the_courses_zone(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    lines = decider(store, "", course_of(percent_a_day=10)).extend("2026-10-02", 0, "ill")
    assert lines[0] == "Ann (ann): all: due 2 Oct 2026, 23:59 UTC"
    later = msgspec.structs.replace(COURSE.assignments[0], due=datetime(2026, 11, 1, tzinfo=UTC))
    course = msgspec.structs.replace(course_of(), assignments=(later, *COURSE.assignments[1:]))
    lines = decider(store, "", course).extend("2026-10-03", 0, "ill")
    assert lines[1] == f"Ann (ann): {later.slug}: due 1 Nov 2026, 00:00 UTC"
    for wrong in ("2 October", "", "0001-01-01"):
        with pytest.raises(DecisionError):
            decider(store, "", course_of()).extend(wrong, 0, "ill")
    with pytest.raises(DecisionError, match="no due date"):
        decider(store, "relu").extend("", 1, "ill")


def test_more_time_is_shown_as_the_courses_clocks_show_it(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    rule = course_of(percent_a_day=10)
    course = msgspec.structs.replace(rule, zone=ZoneInfo("Europe/Copenhagen"))
    decider(store, "", course).extend("2026-10-26", 0, "ill")
    (extension,) = entry_of(store, "ann", course).extensions
    assert extension.until == "2026-10-26T23:59:59+01:00"
    (line,) = extensions_lines(store, [s.student for s in store.students()], course.zone)
    assert "until 26 Oct 2026, 23:59 UTC+01:00: ill" in line


def test_the_rosters_extensions_follow_the_roster(store: Store) -> None:
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE)
    course = course_of(percent_a_day=10)
    for cell, final in (("1", 10), ("2026-10-02", 10), ("", 9), ("soon", 9)):
        notes = note_extensions(store, {"ann": cell}, course.zone)
        assert entry_of(store, "ann", course).final == final
        assert bool(notes) == (cell == "soon")
    before = len(store.decisions()["ann"].extension_log)
    note_extensions(store, {"ann": ""}, course.zone)
    assert len(store.decisions()["ann"].extension_log) == before


@pytest.mark.parametrize("roster_first", [True, False])
@pytest.mark.parametrize(("staff_days", "roster_days"), [(2, 1), (1, 2)])
def test_staff_and_roster_each_give_time_and_take_back_their_own(
    store: Store, staff_days: int, roster_days: int, roster_first: bool
) -> None:
    hand_in(store, "c1", 5, 5, at=TWO_DAYS_LATE)
    course = course_of(percent_a_day=10)

    def final_with(staff: int, roster: int) -> float | None:
        """With the staff's last word on it, and the roster's, one after the other."""
        told = [
            lambda: store.add_extensions([("ann", "", "", staff, "ill")]),
            lambda: note_extensions(store, {"ann": str(roster)}, course.zone),
        ]
        for tell in told[::-1] if roster_first else told:
            tell()
        return entry_of(store, "ann", course).final

    assert final_with(staff_days, roster_days) == 10
    assert final_with(staff_days, 0) == 8 + staff_days
    assert final_with(0, roster_days) == 8 + roster_days
    assert final_with(0, 0) == 8


def test_a_students_story_is_in_the_order_of_time_with_totals(store: Store) -> None:
    hand_in(store, "c1", 5, 0, at=IN_TIME)
    hand_in(store, "c1", 5, 5, at=A_DAY_LATE, slug="adam")
    decider(store, "relu").set_score(8, "argued well")
    decider(store, "relu").take_back()
    course = course_of(percent_a_day=10)
    told = [
        line.partition("Z  ")[2] or line
        for line in story(store, entry_of(store, "ann", course), UTC)
    ]
    assert told == [
        "relu  5/10  first graded  (total 5)",
        "adam  10/10  first graded  (total 15)",
        "relu  8, set by a person: argued well  (total 18)",
        "relu  8, set by a person, is taken back  (total 15)",
        "Points of the checks: 15",
        "adam: 1 day late: 10 → 9: due 1 Oct 2026, 12:00 UTC, handed in 2 Oct 2026, 12:00 UTC: "
        "1 day late: 1 day at 10 % = 10 % is taken off",
        "counts: 14 of 20",
    ]


def test_decisions_move_along_when_a_student_becomes_known_by_a_hand_in(store: Store) -> None:
    store.add_comment("bob", "", "well done")
    store.add_extensions([("bob", "", "", 2, "ill")])
    store.set_students([], replaced=[("bob", "ann")])
    assert store.decisions().keys() == {"ann"}


# ---------------------------------------------------------------- feedback for course systems


def uploads(store: Store, **names: str) -> None:
    students = [
        msgspec.structs.replace(stored, upload=names.get(stored.student.key, ""))
        for stored in store.students()
    ]
    store.set_students(students)


def test_pages_are_named_as_the_system_takes_them_back(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(store, "c1", 5, 0, at="")
    add_students(store, "cy")
    uploads(
        store,
        ann="moodle:Ann Ångström_222_assignsubmission_file/",
        bob="canvas:bob_7_100_",
        cy="ilias:multi_feedback/Poe_Cy_cpoe_3/",
    )
    gradebook = StoredGradebook(COURSE, store)
    for system, place in (
        ("moodle", "Ann Ångström_222_assignsubmission_file/feedback.html"),
        ("canvas", "bob_7_100_feedback.html"),
        ("ilias", "multi_feedback/Poe_Cy_cpoe_3/feedback.html"),
    ):
        write_feedback(gradebook, tmp_path / system, names=gradebook.upload_names(system))
        files = [path for path in (tmp_path / system).rglob("*") if path.is_file()]
        assert [path.relative_to(tmp_path / system).as_posix() for path in files] == [place]
        assert "left out: not in a download from it" in capsys.readouterr().err
        assert f"zip what is in {tmp_path}, and" in next_step(system, tmp_path)
    with pytest.raises(ExportError, match="is not empty"):
        write_feedback(gradebook, tmp_path / "canvas", names={})


@pytest.mark.parametrize(
    ("upload", "place"),
    [
        ("moodle:A\x1b[2J\u202eb_222_x/", "A-[2J-b_222_x/feedback.html"),
        ("ilias:x/..\\a:b?_A\n\udcff_cpoe_3/", "x/..-a-b-_A--_cpoe_3/feedback.html"),
        ("moodle:../../Eve_5_x/", "..-..-Eve_5_x/feedback.html"),
        ("moodle:/etc/Eve_5_x/", "-etc/Eve_5_x/feedback.html"),
        ("moodle:a../b_5_x/", "a..-b_5_x/feedback.html"),
        ("ilias:multi_feedback/../../Eve_e_5/", "multi_feedback/..-..-Eve_e_5/feedback.html"),
        (f"moodle:{'漢' * 100}_5_x/", f"{'漢' * 65}_5_x/feedback.html"),
        (f"canvas:{'é' * 127}_77_1001_", f"{'é' * 95}_77_1001_feedback.html"),
        ("canvas:007_77_1001_", "77_1001_feedback.html"),
        ("canvas:4711_LATE_77_1001_", "LATE_77_1001_feedback.html"),
        ("canvas:77_1001_", "77_1001_feedback.html"),
        ("canvas:ann7_77_1001_", "ann7_77_1001_feedback.html"),
    ],
)  # fmt: skip
def test_names_of_pages_stay_below_the_folder_and_keep_the_numbers(upload: str, place: str) -> None:
    system, _, start = upload.partition(":")
    assert portable(start, system) + FEEDBACK == place


def test_a_group_is_never_taken_for_a_person_by_moodle(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    uploads(store, ann="moodle:Team 1_9_x/", bob="moodle:Team 1_9_x/")
    with pytest.raises(ExportError, match="nobody's hand-in came in a download from moodle"):
        StoredGradebook(COURSE, store).upload_names("moodle")
    assert capsys.readouterr().err.count("handed in as a group") == 2
    with pytest.raises(ExportError, match="there are moodle, canvas, ilias"):
        StoredGradebook(COURSE, store).upload_names("sakai")


def test_a_report_names_the_walls_of_what_was_run(store: Store) -> None:
    for slug in ("relu", "adam"):
        hand_in(store, "c1", 5, at=IN_TIME, slug=slug)
    for slug in ("kaiming_init", "batchnorm"):  # the first and the last column
        walled = result(slug, 0)
        bare = msgspec.structs.replace(walled.environment, protections={})
        idle = msgspec.structs.replace(walled, environment=bare)
        store.add_result(idle, ["ann"], {"ann": IN_TIME})
    report = entry_of(store, "ann").report
    assert report is not None and report.environment.protections == {"files": True}
