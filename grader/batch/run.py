"""Grade a class: see what has changed, grade that and nothing else, store each result at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from grader.batch.executor import Executor
from grader.course.manifest import Assignment, Course
from grader.errors import GraderError
from grader.gradebook.store import Result, Store
from grader.grading.key import Key, checks_digest, code_digest, versions
from grader.grading.task import Outcome, Task
from grader.intake.layouts import Handed
from grader.report.model import AssignmentReport, unsound
from grader.submissions.model import Submission, SubmissionError
from grader.submissions.untouched import settle

# What a person should look at, by verdict.
CONSPICUOUS = {"crashed": "crashed", "timed_out": "ran out of time"}


class Display(Protocol):
    """Where a run shows what it does."""

    def note(self, line: str) -> None:
        """A line for a person's eye."""

    def start(self, submissions: int) -> None:
        """So many submissions have something to grade."""

    def advance(self, submissions: int) -> None:
        """So many more of them are done."""

    def tick(self) -> None:
        """Nothing new, but time has passed."""


@dataclass
class Pending:
    """A module to grade, and the students (by key) who handed it in."""

    task: Task
    students: list[str] = field(default_factory=list)


@dataclass
class Summary:
    """What a run did; `failures` are the grader's own, a line each."""

    submissions: int = 0
    graded: int = 0  # assignments
    unchanged: int = 0
    unreadable: int = 0  # submissions with files that can't be used
    failures: Counter[str] = field(default_factory=Counter)


class Batch:
    """One run over a class. `names` are the students' names as shown, by key."""

    def __init__(
        self,
        course: Course,
        assignments: Sequence[Assignment],
        seed: int,
        store: Store,
        names: dict[str, str],
        display: Display,
    ) -> None:
        self.summary = Summary()
        self._assignments = assignments
        self._course = course
        self._slugs = [assignment.slug for assignment in assignments]
        self._seed = seed
        self._store = store
        self._names = names
        self._display = display
        self._versions = versions()
        self._checks = {a.slug: checks_digest(course, a) for a in assignments}

    def run(self, class_: Sequence[tuple[str, Handed]], executor: Executor) -> None:
        """Grade what these students, by key, handed in.

        Raises:
            GraderError, SandboxError: nothing can be graded here.
            StoreError: a result can't be stored.
        """
        pending = self._compare(class_)
        if pending:
            self._grade(pending, executor)

    # ------------------------------------------------------------ what has changed

    def _compare(self, class_: Sequence[tuple[str, Handed]]) -> dict[Key, Pending]:
        """Make stored results the grades of those they fit, and collect the rest."""
        pending: dict[Key, Pending] = {}
        grades = []
        results: dict[Key, int | None] = {}
        for student, handed in class_:
            self.summary.submissions += 1
            try:
                submission = self._load(student, handed)
            except Exception as error:  # reading one must not cost the others their grades
                what = f"{type(error).__name__}: {error}"
                self.summary.failures[f"{self._names[student]}: {what}"] += 1
                continue
            for assignment in self._assignments:
                slug = assignment.slug
                key = self._key(submission, slug)
                if key not in results:
                    results[key] = self._store.result_id(key)
                result = results[key]
                if result is not None:
                    grades.append((student, slug, result))
                    continue
                if key not in pending:
                    task = Task(slug, submission.sources.get(slug), submission.problems.get(slug))
                    pending[key] = Pending(task)
                pending[key].students.append(student)
        self.summary.unchanged = len(grades)
        self._store.set_grades(grades)
        return pending

    def _load(self, student: str, handed: Handed) -> Submission:
        """What was handed in; where all of it is unreadable, that is each assignment's problem."""
        name = self._names[student]
        try:
            submission = handed.load()
        except SubmissionError as error:
            self.summary.unreadable += 1
            self._display.note(f"{name}: {error}")
            return Submission(name, {}, dict.fromkeys(self._slugs, str(error)))
        submission = settle(self._course, submission).only(self._slugs)
        for slug, source in submission.sources.items():
            if source.read_from:
                self._display.note(f"{name}: {slug}: read from {source.read_from}")
        if submission.problems:
            self.summary.unreadable += 1
            for problem in dict.fromkeys(submission.problems.values()):
                self._display.note(f"{name}: {problem}")
        elif not submission.sources:
            self._display.note(f"{name}: there is no module named after an assignment in it")
        return submission

    def _key(self, submission: Submission, slug: str) -> Key:
        code = code_digest(submission, slug)
        return Key(slug, code, self._checks[slug], self._seed, self._versions)

    # ------------------------------------------------------------ grading

    def _grade(self, pending: dict[Key, Pending], executor: Executor) -> None:
        keys = list(pending)
        left = Counter(student for item in pending.values() for student in item.students)
        self._display.start(len(left))
        tasks = (msgspec.msgpack.encode(item.task) for item in pending.values())
        with closing(executor.run(tasks, self._checks)) as outcomes:
            for event in outcomes:
                if event is None:
                    self._display.tick()
                    continue
                number, outcome = event
                key = keys[number]
                students = pending[key].students
                self._keep(key, outcome, students)
                left.subtract(students)
                self._display.advance(sum(left[student] == 0 for student in students))

    def _keep(self, key: Key, outcome: Outcome, students: list[str]) -> None:
        """Store a result; one that is the grader's failure is counted instead."""
        name = self._names[students[0]]
        if outcome.graded is None or outcome.environment is None:
            self.summary.failures[f"{name}: {key.slug}: {outcome.error}"] += 1
            return
        report = outcome.graded.report
        if why := unsound(report, key.slug):
            self.summary.failures[f"{name}: {key.slug}: {why}"] += 1
            return
        broken = [check for check in report.checks if check.verdict == "grader_error"]
        if broken:
            self.summary.failures[f"{name}: {key.slug}: {broken[0].id}: {broken[0].message}"] += 1
            return
        expected = msgspec.json.decode(self._versions)
        for what in ("grader", "python", "torch", "numpy"):
            if getattr(outcome.environment, what) != expected[what]:
                raise GraderError(
                    f"a worker has {what} {getattr(outcome.environment, what)}, this machine "
                    f"{expected[what]}; install the same version on both"
                )
        self._store.add_result(
            Result(key, outcome.environment, report, outcome.graded.duration_s), students
        )
        self.summary.graded += len(students)
        if what := conspicuous(report):
            for student in students:
                self._display.note(f"{self._names[student]}: {key.slug}: {what}")


def conspicuous(report: AssignmentReport) -> str:
    """Why a person should look at this report; "" if nothing is odd."""
    for check in report.checks:
        if check.verdict in CONSPICUOUS:
            return f"{CONSPICUOUS[check.verdict]}: {check.message}"
    return ""
