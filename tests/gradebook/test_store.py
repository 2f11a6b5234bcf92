"""Results on disk: what is kept, what is current, what is told of how it came about."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import msgspec
import pytest
from helpers.commands import environment_for
from helpers.machine import PATIENCE_S
from helpers.repository import REPOSITORY, copy_repository

from grader.course.manifest import Course, LatePolicy, load_course
from grader.gradebook.history import HistoryError, find_student, history, moved_scores
from grader.gradebook.keeping.database import FILE, StoreError
from grader.gradebook.keeping.lock import batch_lock
from grader.gradebook.keeping.results import Result
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Entry, Person
from grader.gradebook.people import Directory
from grader.grading.key import Key, checks_digest, versions
from grader.report.model import AssignmentReport, CheckResult, Environment

COURSE = load_course()
ENVIRONMENT = Environment("1.0.0", "3.11.7", "2.14.1", "2.4.6", "Linux", {"files": True})
BIG_SEED = 2**63


def report(slug: str, *points: float) -> AssignmentReport:
    checks = [
        CheckResult(f"test_{n}", "A title", "passed" if p else "failed", p, 5.0, "", "", 0.0)
        for n, p in enumerate(points)
    ]
    score = sum(points)
    return AssignmentReport(slug, slug, "partial", score, 5.0 * len(points), checks, None, "")


def result(slug: str, *points: float, **key: str | int) -> Result:
    parts = {"code": "c1", "checks": "k1", "seed": 1, "versions": '{"torch":"2.14"}'} | key
    return Result(Key(slug, **parts), ENVIRONMENT, report(slug, *points), 0.5)  # type: ignore[arg-type]


def add_students(store: Store, *keys: str, submitted_at: str = "") -> None:
    store.set_students(
        [
            StoredStudent(
                student=Person(key=key, name=key.title(), identifier=f"{key}-1"),
                source=key,
                submission=f"{key}.zip",
                submitted_at=submitted_at,
            )
            for key in keys
        ]
    )


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_store(tmp_path / "results", create=True) as store:
        add_students(store, "ann", "bob")
        yield store


def entries(folder: Path, course: Course = COURSE) -> dict[str, Entry]:
    with open_gradebook(course, folder) as gradebook:
        return {entry.student.key: entry for entry in gradebook}


# ---------------------------------------------------------------- results and grades


def test_the_same_thing_graded_twice_is_one_row(store: Store) -> None:
    for _ in range(2):
        store.add_result(result("relu", 5, 0), ["ann"])
        store.add_result(result("relu", 5, 0, seed=BIG_SEED), ["bob"])
    assert len(list(store.log())) == 2
    assert store.result_id(result("relu", seed=BIG_SEED).key) is not None
    assert store.result_id(result("relu", seed=2).key) is None


def test_the_last_grade_counts_and_none_is_overwritten(store: Store, tmp_path: Path) -> None:
    store.add_result(result("relu", 5, 0), ["ann"])
    store.add_result(result("relu", 5, 5, code="c2"), ["ann"])
    number = store.result_id(result("relu").key)
    assert number is not None
    store.set_grades([("ann", "relu", number, "")])  # the older file, handed in again
    assert [grade.score for grade in store.log("ann")] == [5, 10, 5]
    assert entries(tmp_path / "results")["ann"].final == 5


def test_a_run_that_knows_no_times_takes_none_away(store: Store) -> None:
    """As where Git is not installed, which tells them of clones."""
    came = "2026-10-02T12:00:00Z"
    store.add_result(result("relu", 5, 0), ["ann"], {"ann": came})
    number = store.result_id(result("relu").key)
    assert number is not None
    store.set_grades([("ann", "relu", number, "")])
    assert [grade.submitted_at for grade in store.log("ann")] == [came]


def test_students_with_the_same_bytes_share_a_result(store: Store, tmp_path: Path) -> None:
    store.add_result(result("relu", 5, 0), ["ann", "bob"])
    ann, bob = (entries(tmp_path / "results")[key] for key in ("ann", "bob"))
    assert ann.report is not None and bob.report is not None
    assert ann.report.assignments == bob.report.assignments
    assert (ann.report.submission, bob.report.submission) == ("ann.zip", "bob.zip")
    assert ann.report.environment == ENVIRONMENT and ann.report.seed == 1


def test_the_gradebook_is_in_the_order_of_names_and_of_the_course(
    store: Store, tmp_path: Path
) -> None:
    add_students(store, "Zoe", "aaron")
    named = Person(key="vries", name="de Vries, Jan")
    store.set_students([StoredStudent(named, "vries", "vries.zip", "")])
    for slug in ("batchnorm", "relu"):
        store.add_result(result(slug, 5, 0), ["ann", "bob", "Zoe", "aaron"])
    with open_gradebook(COURSE, tmp_path / "results") as gradebook:
        names = [entry.student.name for entry in gradebook]
        assert names == ["Aaron", "Ann", "Bob", "de Vries, Jan", "Zoe"]
        assert [info.slug for info in gradebook.assignments] == ["relu", "batchnorm"]
        assert [info.max_score for info in gradebook.assignments] == [10, 10]
        (first, *_) = gradebook
        assert first.report is not None and first.max_score == 20
        assert [a.slug for a in first.report.assignments] == ["relu", "batchnorm"]


def test_tasks_come_one_by_one_and_who_handed_nothing_in_has_no_final_score(
    store: Store, tmp_path: Path
) -> None:
    add_students(store, "nobody")
    store.add_result(result("relu", 5, 0), ["ann", "bob"])
    store.add_result(result("adam", 5, 5), ["ann"])
    found = entries(tmp_path / "results")
    assert {key: entry.final for key, entry in found.items()} == {
        "ann": 15, "bob": 5, "nobody": None,
    }  # fmt: skip
    assert found["nobody"].report is None and found["bob"].report is not None


def test_overrides_and_lateness_leave_the_raw_results_alone(store: Store, tmp_path: Path) -> None:
    add_students(store, "ann", submitted_at="2026-10-02T12:00:00Z")
    store.add_result(result("relu", 5, 0), ["ann", "bob"])
    store.add_override("bob", "relu", 8, "first thought")
    store.add_override("bob", "relu", 9.5, "argued well")
    due = datetime(2026, 10, 1, tzinfo=UTC)
    course = msgspec.structs.replace(COURSE, late=LatePolicy(due=due, percent_a_day=10))
    found = entries(tmp_path / "results", course)
    assert found["ann"].final == 4.0 and found["ann"].lateness is not None
    assert found["bob"].final == 9.5
    assert [(o.score, o.reason) for o in found["bob"].overrides] == [(9.5, "argued well")]
    for entry in found.values():
        assert entry.report is not None and entry.report.score == 5


# ---------------------------------------------------------------- durability


def test_many_may_make_the_same_results_at_once(tmp_path: Path) -> None:
    together = Barrier(8, timeout=PATIENCE_S)

    def make(number: int) -> None:
        for round_ in range(5):
            together.wait()
            with open_store(tmp_path / f"{round_}", create=True) as store:
                add_students(store, f"ada{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    for round_ in range(5):
        with open_store(tmp_path / f"{round_}") as store:
            assert len(store.students()) == 8


def test_a_page_that_a_disk_has_altered_is_never_passed_over_in_silence(tmp_path: Path) -> None:
    with open_store(tmp_path / "results", create=True) as store:
        add_students(store, "ann", "bob")
        for slug in ("relu", "adam"):
            store.add_result(result(slug, 5, 0), ["ann"])
            store.add_result(result(slug, 5, 5, code="c2"), ["bob"])
        store.add_override("bob", "relu", 7.0, "argued well")
    path = tmp_path / "results" / FILE
    sound, grades = path.read_bytes(), entries(tmp_path / "results")
    rng = random.Random(2015)
    for page in range(len(sound) // 4096):
        for kept in (0, 100, 2048):  # what stays of a page's beginning
            start, end = page * 4096 + kept, (page + 1) * 4096
            path.write_bytes(sound[:start] + rng.randbytes(end - start) + sound[end:])
            with suppress(StoreError), open_gradebook(COURSE, tmp_path / "results") as gradebook:
                found = {entry.student.key: entry for entry in gradebook}
                assert found == grades or gradebook.unreadable, (page, kept)


def test_a_full_disk_loses_nothing_and_says_so(store: Store, tmp_path: Path) -> None:
    store.add_result(result("relu", 5, 0), ["ann"])
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    long = result("adam", *[5.0] * 500)
    with pytest.raises(StoreError, match=r"disk is full; what was stored so far is kept"):
        store.add_result(long, ["ann"])
    assert entries(tmp_path / "results")["ann"].final == 5
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.add_result(long, ["ann"])
    assert entries(tmp_path / "results")["ann"].final == 2505


def test_a_second_batch_is_kept_out_until_the_first_has_ended(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from grader.gradebook.keeping.lock import batch_lock\n"
        "with batch_lock(Path(sys.argv[1])): print('locked', flush=True); time.sleep(3_000)"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env=environment_for(REPOSITORY),
        stdout=subprocess.PIPE,
    )
    assert first.stdout is not None
    try:
        assert first.stdout.readline() == b"locked\n"
        with (
            pytest.raises(StoreError, match="another grader batch is at work"),
            batch_lock(tmp_path),
        ):
            pass
    finally:
        first.kill()
        first.communicate()
    with batch_lock(tmp_path):
        pass


def test_what_is_no_results_folder_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=r"no results in .*; run grader batch"),
        open_store(tmp_path),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
    (tmp_path / FILE).write_bytes(b"something else " * 100)
    with pytest.raises(StoreError, match="not a database"), open_store(tmp_path):
        pass


def test_results_of_another_version_are_left_alone(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "results" / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with (
        pytest.raises(StoreError, match="written by another version of grader"),
        open_store(tmp_path / "results"),
    ):
        pass


# ---------------------------------------------------------------- history


def test_history_says_why_each_grade_differs_from_the_one_before(store: Store) -> None:
    chain = [
        result("relu", 5, 0),
        result("relu", 5, 5, code="c2"),
        result("relu", 0, 5, code="c2", checks="k2"),
        result("relu", 0, 0, code="c2", checks="k2", seed=2),
        result("relu", 5, 0, code="c3", checks="k2", seed=2, versions='{"torch":"2.15"}'),
    ]
    for each in chain:
        store.add_result(each, ["ann"])
    changes = history(store, "ann")
    assert [change.reasons for change in changes] == [
        ["first graded"],
        ["the student's code changed"],
        ["the checks changed (k1 → k2)"],
        ["the seed changed (1 → 2)"],
        ["the student's code changed", "the environment changed (torch 2.14 → 2.15)"],
    ]
    assert [change.checks for change in changes] == [
        [], ["test_1 0 → 5"], ["test_0 5 → 0"], ["test_1 5 → 0"], ["test_0 0 → 5"],
    ]  # fmt: skip


def test_changes_lists_scores_that_moved_but_by_the_students_own_doing(store: Store) -> None:
    store.add_result(result("relu", 5, 0), ["ann", "bob"])
    store.add_result(result("adam", 5, 0), ["ann"])
    store.add_result(result("relu", 5, 5, checks="k2"), ["ann"])
    store.add_result(result("adam", 0, 5, checks="k2"), ["ann"])  # moved, but not the score
    store.add_result(result("relu", 5, 5, code="c2"), ["bob"])
    (change,) = moved_scores(store)
    assert change.before is not None
    assert (change.after.student, change.after.key.slug) == ("ann", "relu")
    assert (change.before.score, change.after.score) == (5, 10)
    assert change.checks == ["test_1 0 → 5"]


def test_a_student_is_found_by_anything_that_is_theirs_alone(store: Store) -> None:
    two = [
        StoredStudent(Person(key="jane", name="Doe, Jane", identifier="7"), "x", "x", ""),
        StoredStudent(Person(key="jane-2", name="Jane Doe", email="j@example.edu"), "y", "y", ""),
        StoredStudent(Person(key="zoe", name="Ångström, Zoë", login="za"), None, "", ""),
    ]
    store.set_students(two, handles={"zoe": [("number", "moodle:5"), ("name", "Zoe Berg")]})
    for wanted in ("ann", "ANN-1", "ann.zip", " Ann "):
        assert find_student(store, wanted).student.key == "ann"
    for wanted in ("zoe angstrom", "ZOË ÅNGSTRÖM", "angstromzoe", "za", "zoe berg", "Zoe, Berg"):
        assert find_student(store, wanted).student.key == "zoe"
    assert find_student(store, "7").student.key == find_student(store, "jane").student.key == "jane"
    with pytest.raises(HistoryError, match=r"several; say which: Doe, Jane \(jane\), Jane Doe"):
        find_student(store, "jane doe")
    with pytest.raises(HistoryError, match=r"nobody called 'angstrem'; did you mean Ångström, Zoë"):
        find_student(store, "angstrem")
    with pytest.raises(HistoryError, match="nobody called 'eve'; give a name"):
        find_student(store, "eve")


def test_whoever_is_called_six_tenths_alike_is_suggested() -> None:
    alike = "abcdefghijklmnopqrs"  # 38 of 64 letters are a little less
    directory = Directory({"k": [("name", "abcxy"), ("name", alike + "y" * 13)]})
    assert directory.suggestions("abcde") == ["k"]
    assert directory.suggestions(alike + "z" * 13) == []


# ---------------------------------------------------------------- keys


def test_an_assignments_key_changes_with_what_judges_it_alone(tmp_path: Path) -> None:
    assignment = COURSE.assignment("relu")
    digest = checks_digest(COURSE, assignment)
    assert digest == checks_digest(COURSE, assignment)
    assert digest != checks_digest(COURSE, COURSE.assignment("adam"))
    assert digest != checks_digest(COURSE, msgspec.structs.replace(assignment, threshold=0.9))
    assert digest == checks_digest(COURSE, msgspec.structs.replace(assignment, leaderboard=True))
    others = msgspec.structs.replace(COURSE, title="another", seed=3, assignments=(assignment,))
    assert digest == checks_digest(others, assignment)
    moved = copy_repository(tmp_path / "course")
    assert digest == checks_digest(msgspec.structs.replace(COURSE, root=moved), assignment)


def test_versions_name_what_a_result_depends_on() -> None:
    names = msgspec.json.decode(versions(), type=dict[str, str]).keys()
    packages = {"torch", "numpy", "scikit-learn", "pytest"}
    assert names == packages | {"grader", "python", "machine"}
