"""A class from its submissions to its gradebook, through the commands and real workers."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from helpers.commands import Ran, RunGrader, environment_for
from helpers.machine import PATIENCE_S, on_linux
from helpers.repository import REPOSITORY, copy_with_short_trainings
from rich.console import Console
from typer.testing import CliRunner

from grader.batch.run import Batch
from grader.cli.app import app
from grader.cli.progress import ClassProgress
from grader.course.manifest import load_course
from grader.course.place import VARIABLE
from grader.gradebook.keeping.database import FILE, StoreError
from grader.gradebook.keeping.store import open_store
from grader.gradebook.keeping.stored import open_gradebook
from grader.gradebook.keeping.students import StoredStudent
from grader.gradebook.model import Entry, Person
from grader.grading import opening
from grader.sandbox.process import Launcher

pytestmark = on_linux

COURSE = load_course()
SLUGS = ("--only", "relu", "--only", "momentum")
BROKEN = "def make_optimizer(:\n"
EXITS = "import os\nos._exit(3)\n"


def solution(slug: str) -> str:
    return COURSE.solution_path(slug).read_text(encoding="utf-8")


RIGHT = solution("momentum")
DAMPENED = (
    REPOSITORY / "tests/zoo/wrong/momentum/test_update_rule/dampened.py"
).read_text(encoding="utf-8")  # fmt: skip


def hand_in(folder: Path, **modules: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for slug, text in modules.items():
        (folder / f"{slug}.py").write_text(text, encoding="utf-8")
    return folder


def entries(results: Path) -> dict[str, Entry]:
    with open_gradebook(COURSE, results) as gradebook:
        return {entry.student.name: entry for entry in gradebook}


def finals(results: Path) -> dict[str, float | None]:
    return {name: entry.final for name, entry in entries(results).items()}


def timeless(results: Path) -> list[Any]:
    """The gradebook without what differs from run to run."""
    found = []
    with open_gradebook(COURSE, results) as gradebook:
        for entry in gradebook:
            assert entry.report is not None
            found.append((entry.student, entry.final, entry.max_score))
            for a in entry.report.assignments:
                checks = [msgspec.structs.replace(check, duration_s=0.0) for check in a.checks]
                found.append(msgspec.structs.replace(a, checks=checks))
    return found


class Here:
    """`grader` in this process, with a zygote that all tests share; counts how often it is used."""

    def __init__(self, launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
        self.launched = 0

        @contextmanager
        def open_launcher(_: Path, modules: int | None = None) -> Iterator[Launcher]:
            self.launched += 1
            yield launcher

        monkeypatch.setattr(opening, "open_launcher", open_launcher)

    def __call__(self, *arguments: str | Path) -> Ran:
        self.launched = 0
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COLUMNS", "200")
            ran = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)


@pytest.fixture
def here(launcher: Launcher, short_course: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """Of the course with trainings of an epoch."""
    monkeypatch.setenv(VARIABLE, str(short_course))
    return Here(launcher, monkeypatch)


# ---------------------------------------------------------------- what is graded, and what is not


def test_only_what_is_new_or_changed_is_graded(here: Here, tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    hand_in(class_ / "ann", momentum=RIGHT)
    hand_in(class_ / "bob", momentum=DAMPENED, relu=solution("relu"))
    batch = ("batch", class_, "--results", results, *SLUGS)

    first = here(*batch)
    assert first.status == 0 and here.launched == 1, first.stderr
    assert "2 submissions: 4 assignments graded, 0 unchanged" in first.stderr
    scores = finals(results)
    assert scores["ann"] == 10.0 and scores["bob"] is not None and 10 < scores["bob"] < 20

    assert "0 assignments graded, 4 unchanged" in here(*batch).stderr
    assert here.launched == 0, "a zygote was started for nothing"
    assert finals(results) == scores

    hand_in(class_ / "bob", momentum=RIGHT + "better = 1\n")
    hand_in(class_ / "cem", momentum=RIGHT)  # ann's bytes, known already
    ran = here(*batch)
    assert "1 assignment graded, 5 unchanged" in ran.stderr
    assert "of 20 points" in ran.stderr and "1 score has moved:" in ran.stderr
    assert re.search(r"bob: momentum \d → 10: .*; the student's code changed", ran.stderr)
    assert f"next: grader report --results {results}" in ran.stderr
    assert finals(results) == {"ann": 10.0, "bob": 20.0, "cem": 10.0}

    story = here("history", "bob", "--results", results).stdout
    assert re.search(r"momentum  \d+/10  first graded  \(total \d+\)\n", story)
    assert re.search(r"momentum  10/10  the student's code changed; .* \(total 20\)\n", story)
    nothing = here("changes", "--results", results).stdout
    assert nothing == "no score has moved but by the students' own changes\n"


def test_another_seed_regrades_and_says_so(here: Here, tmp_path: Path) -> None:
    hand_in(tmp_path / "class" / "ann", momentum=BROKEN)
    batch = ("batch", tmp_path / "class", "--results", tmp_path / "results", "--only", "momentum")
    here(*batch)
    assert "1 assignment graded" in here(*batch, "--seed", str(2**63)).stderr
    story = here("history", "ann", "--results", tmp_path / "results").stdout
    assert f"the seed changed ({COURSE.seed} → {2**63})" in story


def test_grades_are_the_same_however_many_are_graded_at_a_time(here: Here, tmp_path: Path) -> None:
    class_ = tmp_path / "class"
    for number, text in enumerate([RIGHT, DAMPENED, BROKEN, EXITS]):
        hand_in(class_ / f"student {number}", momentum=text)
    for jobs in ("1", "3"):
        ran = here(
            "batch", class_, "--results", tmp_path / jobs, "--jobs", jobs, "--only", "momentum"
        )
        assert "student 3: momentum: crashed: the process ended itself" in ran.stderr
    assert timeless(tmp_path / "1") == timeless(tmp_path / "3")


def test_what_cannot_be_read_is_said_and_graded_as_that(here: Here, tmp_path: Path) -> None:
    class_ = tmp_path / "class"
    hand_in(class_ / "ann", momentum=BROKEN)
    hand_in(class_ / "empty")
    (class_ / "bob.zip").write_bytes(b"PK\x03\x04 nothing")
    hand_in(class_ / "cem").joinpath("momentum.py").write_bytes(b"x = '\xe9'\n")
    ran = here("batch", class_, "--results", tmp_path / "results", "--only", "momentum")
    assert ran.status == 2
    assert "bob: bob.zip: the archive is damaged" in ran.stderr
    assert "cem: momentum.py: it is not UTF-8: byte 0xe9" in ran.stderr
    assert "empty: there is no module named after an assignment in it" in ran.stderr
    assert finals(tmp_path / "results") == dict.fromkeys(("ann", "bob", "cem", "empty"), 0.0)
    bob = entries(tmp_path / "results")["bob"].report
    assert bob is not None and "the archive is damaged" in bob.assignments[0].checks[0].message


HOSTILE = ["../../x", "=cmd|' -C calc'!A0", "<img src=x onerror=alert(1)>", "🦊", "n" * 300]


def test_an_error_of_ours_over_one_hand_in_leaves_the_others_their_grades(tmp_path: Path) -> None:
    class Handed:
        def load(self) -> None:
            raise RecursionError("too deep")

    with open_store(tmp_path, create=True) as store, ClassProgress(Console()) as progress:
        ann = StoredStudent(
            student=Person(key="ann", name="Ann"), source=None, submission="", submitted_at=""
        )
        run = Batch(COURSE, [COURSE.assignment("relu")], 1, store, {"ann": ann}, progress)
        run.run([("ann", Handed())], None)  # type: ignore[list-item, arg-type]
    assert run.summary.failures == {"Ann: RecursionError: too deep": 1}


def test_a_hand_in_that_may_be_of_two_is_not_graded_and_no_success(
    here: Here, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "Jane Doe", momentum=RIGHT)
    roster = tmp_path / "roster.csv"
    roster.write_text("name,email\nJane Doe,a@example.edu\nJane Doe,b@example.edu\n")
    ran = here("batch", tmp_path / "class", "--results", tmp_path / "results", "--roster", roster)
    assert ran.status == 2
    assert "may be of Jane Doe (a@example.edu), Jane Doe (b@example.edu), so it is not graded" in (
        ran.stderr
    )
    assert "1 submission unreadable" in ran.stderr
    assert "handed in nothing" not in ran.stderr


def test_hostile_and_equal_names_are_graded_and_kept_apart(here: Here, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        for name in HOSTILE:
            archive.writestr(f"{name}_1_assignsubmission_file_/momentum.py", BROKEN)
        for number, text in enumerate((RIGHT, BROKEN)):
            archive.writestr(f"Jane Doe_{number}_assignsubmission_file_/momentum.py", text)
    results = tmp_path / "results"
    ran = here("batch", tmp_path / "class.zip", "--results", results, "--only", "momentum")
    assert ran.status == 0 and "a download from Moodle: 7 submissions" in ran.stderr
    with open_gradebook(COURSE, results) as gradebook:
        found = [(entry.student.name, entry.final) for entry in gradebook]
    assert sorted(found) == sorted(
        [("Jane Doe", 10.0), ("Jane Doe", 0.0), *((name, 0.0) for name in HOSTILE)]
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.zip", "results"]


def test_the_roster_completes_the_gradebook(here: Here, tmp_path: Path) -> None:
    hand_in(tmp_path / "class" / "jd", momentum=BROKEN)
    roster = tmp_path / "roster.csv"
    roster.write_text("name;login\nJane Doe;jd\nNora Nobody;nn\n", encoding="utf-8-sig")
    results = tmp_path / "results"
    arguments = ("batch", tmp_path / "class", "--results", results, "--only", "momentum")
    assert here(*arguments, "--roster", roster).status == 0
    assert finals(results) == {"Jane Doe": 0.0, "Nora Nobody": 0.0}, "as --only names it"
    roster.write_text("remarks\nx\n")
    wrong = here(*arguments, "--roster", roster)
    assert wrong.status == 2 and "no column is called name" in wrong.stderr


def test_a_students_page_shows_the_code_that_counts_beside_the_verdicts(
    here: Here, tmp_path: Path
) -> None:
    code = solution("relu").replace("super().__init__()", "raise OSError('<b>me</b>')")
    hand_in(tmp_path / "class" / "ada", relu=code)
    results = tmp_path / "results"
    assert here("batch", tmp_path / "class", "--results", results, "--only", "relu").status == 0
    assert here("report", "--results", results, "--feedback", tmp_path / "feedback").status == 0
    assert here("report", "--results", results).status == 0
    (alone,) = (tmp_path / "feedback").glob("*.html")
    (within,) = (results / "site" / "students").glob("*.html")
    for page in (alone, within):
        text = page.read_text(encoding="utf-8")
        assert "<mark>        raise OSError(&#39;&lt;b&gt;me&lt;/b&gt;&#39;)</mark>" in text
        assert "<b>me</b>" not in text
    nameless = tmp_path / "nameless"
    ran = here("report", "--results", results, "--output", nameless, "--anonymous")
    assert ran.status == 0, ran.stderr
    (page,) = (nameless / "students").glob("*.html")
    assert "<mark>" not in page.read_text(encoding="utf-8")


def test_an_override_needs_a_reason_and_a_possible_score(here: Here, tmp_path: Path) -> None:
    results = tmp_path / "results"
    hand_in(tmp_path / "class" / "ann", momentum=BROKEN)
    here("batch", tmp_path / "class", "--results", results, "--only", "momentum")
    override = ("override", "ann", "7.5", "--results", results)
    assert here(*override).status == 2
    assert "--reason is empty" in here(*override, "--reason", " ").stderr
    impossible = here("override", "ann", "nan", "--reason", "x", "--results", results)
    assert impossible.status == 2 and "a score is a number from 0 on" in impossible.stderr
    assert "give a SCORE" in here("override", "ann", "--results", results).stderr
    assert here(*override, "--reason", "x", "--only", "adam").status == 2
    assert here("override", "eve", "1", "--reason", "x", "--results", results).status == 2
    assert finals(results) == {"ann": 0.0}
    said = here(*override, "--reason", "an [argument]", "--only", "momentum")
    assert (said.status, said.stdout) == (0, "ann: momentum: 0 → 7.5 of 10; total 0 → 7.5\n")
    assert finals(results) == {"ann": 7.5}
    here("override", "ann", "--comment", "see me [please]", "--results", results)
    story = here("history", "ann", "--results", results).stdout
    assert "momentum  0/10  first graded" in story
    assert "7.5, set by a person: an [argument]" in story
    assert "comment: see me [please]" in story
    here("override", "ann", "--remove", "--only", "momentum", "--results", results)
    assert finals(results) == {"ann": 0.0}


def test_what_is_stored_is_graded_again_on_demand(here: Here, tmp_path: Path) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    hand_in(class_ / "ann", momentum=EXITS)
    hand_in(class_ / "bob", momentum=BROKEN)
    hand_in(class_ / "cem", momentum=EXITS)
    batch = ("batch", class_, "--results", results, "--only", "momentum")
    here(*batch)
    for choice, graded in (
        (("--again",), "3 assignments"),
        (("--again", "--status", "crashed"), "2 assignments"),
        (("--again", "--status", "timed_out"), "0 assignments"),
        (("--again", "--student", "bob"), "1 assignment"),
        (("--student", "bob"), "0 assignments"),
    ):
        ran = here(*batch, *choice)
        assert f" {graded} graded" in ran.stderr, ran.stderr
    story = here("history", "ann", "--results", results).stdout
    assert story.count("graded again") == 2
    assert "--again as well" in here(*batch, "--status", "crashed").stderr
    assert "no status 'late'" in here(*batch, "--again", "--status", "late").stderr
    assert "nobody called 'eve'" in here(*batch, "--again", "--student", "eve").stderr


def test_more_time_is_given_listed_and_taken_back(
    repository: Path, run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "ann", momentum=RIGHT)
    roster = tmp_path / "roster.csv"
    roster.write_text("name,submitted\nann,2026-10-02T00:00:00\n")
    edit(
        repository / "assignments" / "course.toml",
        "[limits]",
        'timezone = "Europe/Copenhagen"\nlate = { percent_a_day = 15, due = 2026-10-01 }\n[limits]',
    )
    results = ("--results", tmp_path / "results")

    def grader(*arguments: str | Path) -> Ran:
        return run_grader(*arguments, *results, root=repository, cwd=repository)

    grader("batch", tmp_path / "class", "--only", "momentum", "--roster", roster)
    assert "1 day at 15 % = 15 % is taken off" in grader("history", "ann").stdout
    given = grader("extend", "ann", "momentum", "--days", "1", "--reason", "ill")
    assert given.stdout == "ann: momentum: due 2 Oct 2026, 23:59 CEST\ntotal 8.5 → 10\n"
    assert "ann: momentum 1 day: ill" in grader("extend").stdout
    assert "--reason is empty" in grader("extend", "ann", "--days", "1").stderr
    assert grader("extend", "ann", "momentum", "--remove").stdout.endswith("total 10 → 8.5\n")
    assert grader("extend").stdout == "nobody has more time\n"


# ---------------------------------------------------------------- a course that changes


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the course, to be altered."""
    return copy_with_short_trainings(tmp_path / "course")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_changed_check_regrades_its_assignment_alone_and_explains_itself(
    repository: Path, run_grader: RunGrader, tmp_path: Path
) -> None:
    class_, results = tmp_path / "class", tmp_path / "results"
    hand_in(class_ / "ann", momentum=RIGHT, relu=BROKEN)
    hand_in(class_ / "bob", momentum=BROKEN)
    batch = ("batch", class_, "--results", results, *SLUGS)
    check = repository / "grader" / "checks" / "test_momentum.py"
    anchor = re.search(r"^def (test_defaults)\(.*?\).*?:$", check.read_text(), re.M | re.S)
    assert anchor is not None
    assert run_grader(*batch, root=repository, cwd=repository).status == 0

    edit(check, anchor[0], f"{anchor[0]}\n    raise AssertionError('stricter')\n")
    ran = run_grader(*batch, root=repository, cwd=repository)
    assert "2 assignments graded, 2 unchanged" in ran.stderr
    told = run_grader("changes", "--results", results, root=repository, cwd=repository).stdout
    assert re.search(
        r"ann \(ann\) +momentum +10 → 9 +test_defaults 1 → 0 +the checks changed", told
    )
    assert "bob" not in told

    # The grader's own failure costs nobody a grade, and the rest is graded all the same.
    edit(check, "raise AssertionError('stricter')", "raise OSError('ours')")
    hand_in(class_ / "cem", relu=BROKEN + "# cem\n", momentum=BROKEN)
    ran = run_grader(*batch, root=repository, cwd=repository)
    assert ran.status == 3
    assert (
        "the grader itself failed, not the submission: ann: momentum: test_defaults" in ran.stderr
    )
    assert finals(results) == {"ann": 9.0, "bob": 0.0, "cem": 0.0}
    edit(check, "\n    raise OSError('ours')\n", "")
    assert run_grader(*batch, root=repository, cwd=repository).status == 0
    assert finals(results)["ann"] == 10.0


def test_lateness_follows_the_manifest_and_touches_no_raw_result(
    repository: Path, run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "class" / "ann", momentum=RIGHT)
    roster = tmp_path / "roster.csv"
    roster.write_text("name,submitted\nann,2026-10-02T00:00:00Z\n")
    results = tmp_path / "results"
    arguments = ("--results", results, "--only", "momentum", "--roster", roster)
    assert (
        run_grader("batch", tmp_path / "class", *arguments, root=repository, cwd=repository).status
        == 0
    )
    manifest = repository / "assignments" / "course.toml"
    late = "[late]\ndue = 2026-10-01T00:00:00Z\npercent_a_day = 15\n"
    edit(manifest, "[limits]", f"{late}\n[limits]")
    with open_gradebook(load_course(repository), results) as gradebook:
        (entry,) = gradebook
    assert entry.report is not None and entry.report.score == 10
    assert entry.final == 8.5 and entry.lateness["momentum"].percent == 15
    edit(manifest, "percent_a_day = 15", "percent_a_day = 115")
    ran = run_grader("batch", tmp_path / "class", *arguments, root=repository, cwd=repository)
    assert ran.status == 2 and "course.toml: [late]: percent_a_day" in ran.stderr


# ---------------------------------------------------------------- interruptions


SLEEPS = "import time\ntime.sleep({})\n"  # takes time, and nobody's processor


def some_class(folder: Path) -> Path:
    for number, text in enumerate([RIGHT, DAMPENED, BROKEN, RIGHT, RIGHT, DAMPENED]):
        slow = f"{text}\n{SLEEPS.format(0.5)}number = {number}\n"
        hand_in(folder / f"student {number}", momentum=slow)
    return folder


def start(class_: Path, results: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "grader",
            "batch",
            class_,
            "--results",
            results,
            "--only",
            "momentum",
            *arguments,
        ],
        env=environment_for(REPOSITORY),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_a_grade(process: subprocess.Popen[str], results: Path) -> None:
    """Wait until the run has stored something."""
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline:
        # There may be a file that holds no tables yet.
        with suppress(StoreError), open_gradebook(COURSE, results) as gradebook:
            if gradebook.assignments:
                return
        time.sleep(0.05)


def test_a_killed_run_goes_on_where_it_stopped(here: Here, tmp_path: Path) -> None:
    class_ = some_class(tmp_path / "class")
    arguments = ("--jobs", "2", "--only", "momentum")
    here("batch", class_, "--results", tmp_path / "undisturbed", *arguments)
    rng = random.Random(2015)
    results = tmp_path / "results"
    for _ in range(2):
        process = start(class_, results, "--jobs", "2")
        wait_for_a_grade(process, results)
        time.sleep(rng.uniform(0, 0.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    ran = here("batch", class_, "--results", results, *arguments)
    assert ran.status == 0, ran.stderr
    assert timeless(results) == timeless(tmp_path / "undisturbed")


def test_an_interrupted_run_says_how_to_go_on(here: Here, tmp_path: Path) -> None:
    class_ = some_class(tmp_path / "class")
    # So that however fast the others are graded, something is left when the interrupt comes.
    hand_in(class_ / "student 5", momentum=DAMPENED + SLEEPS.format(8))
    process = start(class_, tmp_path / "results", "--jobs", "1")
    wait_for_a_grade(process, tmp_path / "results")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert errors.endswith("grader: the same command goes on from here\ngrader: interrupted\n")
    assert "Traceback" not in errors
    kept = sum(final is not None for final in finals(tmp_path / "results").values())
    ran = here("batch", class_, "--results", tmp_path / "results", "--only", "momentum")
    assert f"{6 - kept} assignment" in ran.stderr and f" graded, {kept} unchanged" in ran.stderr


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="needs prlimit")
def test_a_disk_that_fills_up_loses_nothing(
    here: Here, run_grader: RunGrader, tmp_path: Path
) -> None:
    class_ = some_class(tmp_path / "class")
    results = tmp_path / "results"
    arguments = ("batch", class_, "--results", results, "--only", "momentum")
    # No file may grow beyond what the tables need and a bit.
    with open_store(tmp_path / "empty", create=True):
        enough = (tmp_path / "empty" / FILE).stat().st_size + 8192
    full = run_grader(*arguments, prefix=("prlimit", f"--fsize={enough}:"))
    assert full.status == 3
    assert "what was stored so far is kept: make room" in full.stderr
    assert here(*arguments).status == 0
    assert None not in finals(results).values()
