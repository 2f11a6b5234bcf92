"""What a run over a class stores, counts, says and ends with: modules that are asked themselves."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from helpers.classes import COURSE, Asking, make_folder, make_zip
from helpers.commands import Ran
from typer.testing import CliRunner

from grader.batch import executor
from grader.batch.extensions import more_time_of
from grader.cli.app import app
from grader.course.manifest import Course, LatePolicy
from grader.gradebook.decide import DecisionError
from grader.gradebook.keeping.database import FILE, StoreError
from grader.gradebook.keeping.lock import batch_lock
from grader.gradebook.keeping.store import Store, open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.grading.engine import Graded
from grader.grading.task import Outcome
from grader.report.model import CheckResult
from grader.submissions.code.syntax import syntax_digest

TOKYO = ZoneInfo("Asia/Tokyo")
ONLY = ("--only", "relu")


class Faulty(Asking):
    """Does to the outcome of a module what the module asks for by a word."""

    def run(
        self, tasks: Iterable[bytes], checks: Mapping[str, str], *, idle: bool = False
    ) -> Generator[tuple[int, Outcome] | None, None, None]:
        self.tasks.clear()
        with closing(super().run(tasks, checks)) as events:
            for event in events:
                assert event is not None
                number, outcome = event
                source = self.tasks[number].source
                yield number, with_fault(outcome, "" if source is None else source.text)


def with_fault(outcome: Outcome, text: str) -> Outcome:
    assert outcome.graded is not None and outcome.environment is not None
    report = outcome.graded.report
    if "KILLED" in text:
        return executor.outcome_of(None)
    if "LOST" in text:
        return Outcome(error="the sandbox is lost", sandbox_failed=True)
    if "BUG" in text:
        broken = CheckResult("test_b", "B", "grader_error", 0.0, 0.0, "KeyError: 'x'", "", 0.0)
        report = msgspec.structs.replace(report, checks=[*report.checks, broken])
    if "UNSOUND" in text:
        report = msgspec.structs.replace(report, score=report.score + 1)
    if "ELSEWHERE" in text:
        environment = msgspec.structs.replace(outcome.environment, torch="0.4.1")
        return Outcome(outcome.graded, environment)
    if "CRASHES" in text:
        crash = CheckResult("test_c", "C", "crashed", 0.0, 0.0, "exit status 3", "", 0.0)
        report = msgspec.structs.replace(report, checks=[*report.checks, crash])
    return Outcome(Graded(report, outcome.graded.duration_s), outcome.environment)


class Command:
    """`grader batch` in this process, whose executor is Faulty."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.class_, self.results = root / "class", root / "results"
        self.course: Course = COURSE
        self.executor = Faulty()
        monkeypatch.setattr(executor, "LocalExecutor", lambda *_: self.executor)
        monkeypatch.setattr("grader.cli.batch.open_course", lambda: self.course)

    def hand_in(self, **modules: str | bytes) -> None:
        """relu of students by name; what is no text goes into a file of another kind."""
        make_folder(self.class_, {f"{who}/relu.py": text for who, text in modules.items()})

    def __call__(self, *options: str | Path, class_: Path | None = None) -> Ran:
        arguments = ["batch", class_ or self.class_, "--results", self.results, *options]
        ran = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "300"})
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    @property
    def scores(self) -> dict[str, float]:
        """Every student's stored score of relu."""
        with open_store(self.results) as store:
            names = {s.student.key: s.student.name for s in store.students()}
            return {names[g.student]: g.score for g in store.log() if g.slug == "relu"}

    def submitted_at(self) -> dict[str, str]:
        with open_store(self.results) as store:
            return {stored.student.name: stored.submitted_at for stored in store.students()}


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(tmp_path, monkeypatch)


# ---------------------------------------------------------------- what is ours costs nobody a grade


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("BUG", "ann: relu: test_b: KeyError: 'x'"),
        ("UNSOUND", "ann: relu: 8 of 100 points, which its checks don't add up to"),
        ("LOST", "ann: relu: the sandbox is lost"),
        ("KILLED", "ann: relu: twice: the grading process was killed; is there enough memory?"),
    ],
)
def test_a_failure_of_ours_is_told_and_leaves_what_was_stored(
    batch: Command, fault: str, told: str
) -> None:
    batch.hand_in(ann="points = 3", bob="points = 4")
    assert batch(*ONLY).status == 0
    batch.hand_in(ann=f"points = 7  # {fault}", bob="points = 5")
    ran = batch(*ONLY)
    assert ran.status == 3
    assert f"grader: the grader itself failed, not the submission: {told}\n" in ran.stderr
    assert "grader: next: the same command grades what is left\n" in ran.stderr
    assert "2 submissions: 1 assignment graded, 0 unchanged" in ran.stderr
    assert batch.scores == {"ann": 3.0, "bob": 5.0}
    # It is tried again, and counts once it has come to something.
    batch.hand_in(ann="points = 7")
    assert batch(*ONLY).status == 0
    assert batch.scores == {"ann": 7.0, "bob": 5.0}


def test_the_same_failure_over_a_shared_module_is_counted_not_stored(batch: Command) -> None:
    batch.hand_in(ann="points = 7  # BUG", bob="points = 7  # BUG", cem="points = 1")
    assert batch(*ONLY).status == 3
    assert batch.scores == {"cem": 1.0}


def test_a_worker_of_other_versions_stores_nothing(batch: Command) -> None:
    batch.hand_in(ann="points = 3  # ELSEWHERE")
    ran = batch(*ONLY)
    assert ran.status == 3
    assert "a worker has torch 0.4.1, this machine " in ran.stderr
    assert batch.scores == {}


def test_what_crashed_is_stored_and_pointed_out(batch: Command) -> None:
    batch.hand_in(ann="points = 3  # CRASHES", bob="points = 3  # CRASHES")
    ran = batch(*ONLY)
    assert ran.status == 0
    for name in ("ann", "bob"):
        assert f"{name}: relu: crashed: exit status 3" in ran.stderr
    assert batch.scores == {"ann": 3.0, "bob": 3.0}


# ---------------------------------------------------------------- how a run ends


@pytest.mark.parametrize(
    ("files", "status", "count"),
    [
        ({"ann/relu.py": "points = 3"}, 0, ""),
        ({"ann/relu.py": b"\xff\xfe"}, 2, "1 submission unreadable"),
        ({"ann/relu.py": b"\xff\xfe", "bob/relu.py": "x = 1"}, 2, "1 submission unreadable"),
        ({"ann.zip": b"PK\x03\x04 nothing"}, 2, "1 submission unreadable"),
        (
            {"ann.zip": b"PK\x03\x04 nothing", "bob/relu.py": b"\xff\xfe"},
            2,
            "2 submissions unreadable",
        ),
        ({"ann/notes.txt": "nothing of the course", "bob/relu.py": "points = 3"}, 0, ""),
    ],
)
def test_the_exit_status_says_whether_something_could_not_be_read(
    batch: Command, files: dict[str, str | bytes], status: int, count: str
) -> None:
    make_folder(batch.class_, files)
    ran = batch(*ONLY)
    assert ran.status == status
    (summed_up,) = [line for line in ran.stderr.splitlines() if " unchanged" in line]
    assert ("unreadable" in summed_up) == bool(count)
    assert count in ran.stderr


def test_what_is_graded_and_does_not_count_is_said_to_stand_in_no_gradebook(batch: Command) -> None:
    further = COURSE.further[0].slug
    make_folder(batch.class_, {f"ann/{further}.py": "points = 3", "ann/relu.py": "points = 3"})
    line = f"{further}: left out of exports and pages while course.toml has `graded = false`"
    assert line in batch(*ONLY, "--only", further).stderr
    assert "left out of exports" not in batch(*ONLY).stderr


def test_a_class_in_which_nothing_is_a_hand_in_is_no_empty_success(batch: Command) -> None:
    make_folder(batch.class_, {"ann/notes.txt": "nothing of the course"})
    ran = batch(*ONLY)
    assert ran.status == 2
    assert "ann: there is no module named after an assignment in it" in ran.stderr
    assert batch.scores == {"ann": 0}


def test_a_hand_in_that_is_nobodys_makes_the_status_2(batch: Command, tmp_path: Path) -> None:
    batch.hand_in(ann="points = 3", Jane="points = 4")
    roster = tmp_path / "roster.csv"
    roster.write_text("name,identifier\nann,1\nJane,2\nJane,3\n")
    ran = batch(*ONLY, "--roster", roster)
    assert ran.status == 2
    assert "1 submission unreadable" in ran.stderr and batch.scores == {"ann": 3.0}


def test_a_failure_of_ours_weighs_more_than_what_cannot_be_read(batch: Command) -> None:
    batch.hand_in(ann=b"\xff\xfe", bob="points = 1  # BUG")
    assert batch(*ONLY).status == 3


# ---------------------------------------------------------------- one run at a time


def test_nobody_else_gets_into_the_folder_before_a_run_is_over(
    batch: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def expect_refused() -> None:
        busy = pytest.raises(StoreError, match="another grader batch is at work")
        with busy, batch_lock(batch.results):
            pass
        refused.append(True)

    class Watching(Faulty):
        def run(self, *arguments: Any, **options: Any) -> Any:
            expect_refused()
            yield from super().run(*arguments, **options)
            expect_refused()

    last_line = Store.last_line

    def watching_last_line(store: Store) -> int:
        expect_refused()
        return last_line(store)

    monkeypatch.setattr(Store, "last_line", watching_last_line)
    batch.executor = Watching()
    batch.hand_in(ann="points = 3", bob="points = 4")
    assert batch(*ONLY).status == 0
    assert len(refused) == 3
    with batch_lock(batch.results):
        ran = batch(*ONLY)
    assert ran.status == 3 and "another grader batch is at work on it" in ran.stderr


def test_each_result_is_on_disk_before_the_next_comes(batch: Command) -> None:
    seen = []

    class Watching(Faulty):
        def run(self, *arguments: Any, **options: Any) -> Any:
            for event in super().run(*arguments, **options):
                seen.append(len(batch.scores))  # read by a connection of its own
                yield event

    batch.executor = Watching()
    batch.hand_in(ann="points = 1", bob="points = 2", cem="points = 3")
    assert batch(*ONLY).status == 0
    assert seen == [0, 1, 2]


# ---------------------------------------------------------------- times


def test_a_time_without_a_zone_is_in_the_courses(batch: Command, tmp_path: Path) -> None:
    batch.course = msgspec.structs.replace(COURSE, zone=TOKYO)
    batch.hand_in(ann="points = 1", bob="points = 2")
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "name,submitted,extension\nann,2026-10-01 09:30,2026-11-01 09:30\n"
        "bob,2026-10-01T09:30:00Z,\n"
    )
    batch(*ONLY, "--roster", roster)
    times = {"ann": "2026-10-01T00:30:00Z", "bob": "2026-10-01T09:30:00Z"}
    assert batch.submitted_at() == times
    with open_store(batch.results) as store:
        (extension,) = store.decisions("ann")["ann"].extensions
        assert extension.until == "2026-11-01T00:30:00Z"
    # A run without the roster knows them still.
    batch.hand_in(ann="points = 3")
    batch(*ONLY)
    assert batch.submitted_at() == times
    with open_store(batch.results) as store:
        assert {g.submitted_at for g in store.log("ann")} == {"2026-10-01T00:30:00Z"}
        assert len(store.decisions("ann")["ann"].extensions) == 1
    # Nor does a roster without the column take them away.
    roster.write_text("name,email\nann,a@example.edu\nbob,b@example.edu\n")
    batch(*ONLY, "--roster", roster)
    assert batch.submitted_at() == times


def test_a_downloads_time_without_a_zone_is_in_the_courses(batch: Command) -> None:
    batch.course = msgspec.structs.replace(COURSE, zone=TOKYO)
    folder = "12-34 - Ann Other - Oct 1, 2026 930 AM"
    make_folder(batch.class_, {"index.html": "", f"{folder}/relu.py": "points = 1"})
    assert batch(*ONLY).status == 0
    assert batch.submitted_at() == {"Ann Other": "2026-10-01T00:30:00Z"}


# ---------------------------------------------------------------- what counts


def test_of_two_hand_ins_in_a_run_for_one_person_neither_is_chosen_by_us(batch: Command) -> None:
    batch.class_.mkdir()
    (batch.class_ / "ann.zip").write_bytes(make_zip({"relu.py": "points = 1"}))
    make_folder(batch.class_ / "ann", {"relu.py": "points = 2"})
    ran = batch(*ONLY)
    assert ran.status == 2 and "not the same; none of them is graded" in ran.stderr


def test_the_score_of_the_last_download_counts_and_the_maximum_of_the_last_checks(
    batch: Command,
) -> None:
    batch.hand_in(ann="points = 5")
    batch(*ONLY)
    batch.hand_in(ann="points = 4")
    batch(*ONLY)
    assert batch.scores == {"ann": 4.0}
    batch.hand_in(ann="points = 5")  # the older file again, whose result is known
    assert "0 assignments graded, 1 unchanged" in batch(*ONLY).stderr
    assert batch.scores == {"ann": 5.0}
    with open_gradebook(COURSE, batch.results) as gradebook:
        assert [entry.final for entry in gradebook] == [5.0]
    assert (batch.results / FILE).is_file()


# ---------------------------------------------------------------- what is graded again, and noted


def test_what_is_stored_is_graded_again_by_what_came_of_it(batch: Command) -> None:
    batch.hand_in(ann="points = 1", bob="points = 2  # CRASHES")
    assert batch(*ONLY).status == 0
    for status, graded, unchanged in (
        ("crashed", "1 assignment", 1),
        *((status, "0 assignments", 2) for status in ("timed_out", "missing", "passed")),
        ("partial", "2 assignments", 0),
    ):
        ran = batch(*ONLY, "--again", "--status", status)
        assert f"2 submissions: {graded} graded, {unchanged} unchanged" in ran.stderr
    assert "2 assignments graded, 0 unchanged" in batch(*ONLY, "--again").stderr
    assert "0 assignments graded, 2 unchanged" in batch(*ONLY).stderr


def test_what_was_graded_is_kept_as_it_was_handed_in(batch: Command) -> None:
    batch.hand_in(ann="points = 1\n", bob="points = 2\n")
    (batch.class_ / "bob" / "relu.py").rename(batch.class_ / "bob" / "relu (1).py")
    ran = batch(*ONLY)
    assert "bob: relu: read from relu (1).py" in ran.stderr
    assert "no module named after" not in ran.stderr
    with open_store(batch.results) as store:
        ((ann,), (bob,)) = (store.hand_ins(who) for who in ("ann", "bob"))
        source = store.source(ann.code)
        assert source is not None
        assert (source.filename, source.text) == ("relu.py", "points = 1\n")
        trees = store.trees([ann.code, bob.code])
        assert source.tree == trees[ann.code] == syntax_digest("points = 1\n") != trees[bob.code]
        assert trees[ann.code] != ""


def test_who_handed_in_nothing_is_named_among_those_enrolled(
    batch: Command, tmp_path: Path
) -> None:
    batch.hand_in(ann="points = 3", bob="points = 4")
    roster = tmp_path / "roster.csv"
    nobody = "of the class handed in nothing of it: "
    roster.write_text("name,identifier\nann,1\nbob,2\ncem,3\nd\x1b[1mee,4\n")
    assert f"grader: 2 {nobody}cem, dee\n" in batch(*ONLY, "--roster", roster).stderr
    roster.write_text("name,identifier\nann,1\nbob,2\ncem,3\n")
    assert f"grader: 1 {nobody}cem\n" in batch(*ONLY, "--roster", roster).stderr
    make_folder(batch.class_, {"cem/notes.txt": "x"})
    ran = batch(*ONLY, "--roster", roster)
    assert "cem: there is no module named after an assignment in it" in ran.stderr
    assert f"1 {nobody}cem\n" in ran.stderr
    # The class's page counts the same way.
    assert "2 of 3 students graded: mean 3.5, median 3.5 of " in ran.stderr
    many = "".join(f"s{number:02},{number}\n" for number in range(10, 25))
    roster.write_text(f"name,identifier\nann,1\nbob,2\n{many}")
    said = batch(*ONLY, "--roster", roster).stderr
    assert f"15 {nobody}s10, s11, s12, s13, s14, s15, s16, s17, s18, s19 and 5 more\n" in said


@pytest.mark.parametrize(
    ("cell", "more"),
    [
        ("", ("", 0)), ("-", ("", 0)), ("0", ("", 0)), (" 3 ", ("", 3)), ("3660", ("", 3660)),
        ("2026-11-01", ("2026-11-01T14:59:59Z", 0)),
        ("2026-11-01 09:30", ("2026-11-01T00:30:00Z", 0)),
        ("1970-01-01", ("1970-01-01T14:59:59Z", 0)), ("2999-12-31", ("2999-12-31T14:59:59Z", 0)),
        ("2 days", ("", 2)), ("+1", ("", 1)), ("3 Tage", ("", 3)), ("1 d", ("", 1)),
    ],
)  # fmt: skip
def test_more_time_is_read_off_a_cell(cell: str, more: tuple[str, int]) -> None:
    assert more_time_of(cell, TOKYO) == more


@pytest.mark.parametrize("cell", ["3661", "-1", "soon", "1969-12-31", "3000-01-01", "1.5"])
def test_what_is_no_more_time_is_told(cell: str) -> None:
    with pytest.raises(DecisionError, match=f"'{cell}' is no number of days and no time"):
        more_time_of(cell, TOKYO)


# ---------------------------------------------------------------- several attempts in a download


@pytest.mark.parametrize(
    "name",
    [
        "HW_jd_attempt_2026-10-{}-12-00-00_relu.py",
        "7-1 - Jo D - Oct {}, 2026 1200 PM/relu.py",
        "D Jo 5 jd/2026-10-{}-12-00-00/relu.py",
    ],
)
def test_where_the_best_attempt_counts_every_one_in_a_download_is_graded(
    batch: Command, name: str
) -> None:
    due = datetime(2026, 10, 10, tzinfo=UTC)
    late = LatePolicy(due=due, percent_a_day=50, floor_percent=0, counts="best")
    batch.course = msgspec.structs.replace(COURSE, late=late)
    attempts = {"08": 7, "09": 3, "11": 7, "12": 9}  # in time, worse, the same again, late
    files = {name.format(day): f"points = {points}" for day, points in attempts.items()}
    for _ in range(2):  # and the same download again adds nothing
        assert batch(*ONLY, class_=make_folder(batch.class_, files)).status == 0
        with open_gradebook(batch.course, batch.results) as gradebook:
            (entry,) = gradebook
            assert entry.final == 7 and entry.lateness == {}
            assert entry.submitted_at == "2026-10-08T12:00:00Z"
            (student,) = gradebook.store.students()
            log = [each.submitted_at[8:10] for each in gradebook.store.log(student.student.key)]
        assert log == list(attempts)
    batch.course = COURSE
    with open_gradebook(batch.course, batch.results) as gradebook:
        assert [entry.final for entry in gradebook] == [9]  # the last one, as before


@pytest.mark.parametrize(
    "name", ["jd@x.edu_{}_relu.py", "Jo D - 2026-10-{:0>2}T13:41:26.3/relu.py"]
)
def test_attempts_that_have_an_order_and_no_times_count_as_the_course_says(
    batch: Command, name: str
) -> None:
    points = {2: 7, 9: 9, 10: 3}  # of the names "10" is the first
    files = {name.format(number): f"points = {each}" for number, each in points.items()}
    folder = make_folder(batch.class_, files)
    for counts, final, moved in (("last", 3, False), ("best", 9, True), ("best", 9, False)):
        batch.course = msgspec.structs.replace(COURSE, late=LatePolicy(counts=counts))
        ran = batch(*ONLY, class_=folder)
        assert f"mean {final}, median {final} of" in ran.stderr
        assert ("relu 3 → 9" in ran.stderr) == ("moved" in ran.stderr) == moved
        with open_gradebook(batch.course, batch.results) as gradebook:
            (entry,) = gradebook
            assert (entry.final, entry.lateness) == (final, {})
