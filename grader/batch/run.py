"""Grade a class: see what has changed, grade that and nothing else, store each result at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

import msgspec

from grader.batch.branches import told_of_branches
from grader.batch.executor import Executor
from grader.batch.in_time import InTime
from grader.batch.queue import Pending, Queue
from grader.batch.scope import Scope
from grader.course.manifest import Assignment, Course
from grader.errors import GraderError
from grader.gradebook.account import moved_lines, scores_line, turnout
from grader.gradebook.history import moved_since
from grader.gradebook.keeping.results import Result, StoredSource
from grader.gradebook.keeping.store import Store
from grader.gradebook.keeping.students import StoredStudent
from grader.grading.key import Key, checks_digest, code_digest, digest, versions
from grader.grading.known.common import as_ones_own, is_common, meant_by
from grader.grading.known.idle import needs_worker
from grader.grading.task import Outcome, Task
from grader.intake.layouts import Handed
from grader.report.model import AssignmentReport, unsound
from grader.submissions.code.syntax import syntax_digest
from grader.submissions.model import Source, Submission, SubmissionError
from grader.submissions.untouched import settle
from grader.text import count_of, show_name, some

ABSENT_NAMED = 10  # at most so many at a run's end who handed in nothing
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


@dataclass(frozen=True)
class Again:
    """What is graded again that is stored: all, or that of which one of these words is said: an
    assignment's status, or the verdict of a check that did not pass."""

    words: frozenset[str] = frozenset()

    def takes(self, report: AssignmentReport) -> bool:
        said = {report.status, *(c.verdict for c in report.checks if c.verdict != "passed")}
        return not self.words or not self.words.isdisjoint(said)


# A student's key, what they handed in, when its modules came, and what it touches.
Read = tuple[str, Submission, Mapping[str, str], Sequence[Assignment]]


@dataclass
class Summary:
    """What a run did; `failures` are the grader's own, a line each."""

    submissions: int = 0
    graded: int = 0  # assignments
    looked_up: int = 0  # as others of the same meaning were graded
    unchanged: int = 0
    unreadable: int = 0  # submissions with files that can't be used
    empty: int = 0  # submissions without any file of the course's
    failures: Counter[str] = field(default_factory=Counter)


class Batch:
    """One run over a class. `students` are all that are stored, by key.

    What is stored is taken as it is, but for what is to be graded `again`. `named`: somebody has
    named the assignments, so that what is not there is not handed in.
    """

    def __init__(
        self,
        course: Course,
        assignments: Sequence[Assignment],
        seed: int,
        store: Store,
        students: Mapping[str, StoredStudent],
        display: Display,
        again: Again | None = None,
        *,
        named: bool = True,
    ) -> None:
        self.summary = Summary()
        self._scope = Scope(course, assignments, store, named=named)
        self._course = course
        self._slugs = [assignment.slug for assignment in assignments]
        self._seed = seed
        self._store = store
        self._students = students
        self._display = display
        self._again = again
        self._in_time = InTime(course, store.decisions())
        self._line = store.last_line()
        self._present: set[str] = set()
        self._versions = versions()
        self._checks = {a.slug: checks_digest(course, a) for a in assignments}

    def run(
        self,
        class_: Sequence[tuple[str, Handed]],
        executor: Executor,
        absent: Sequence[str] = (),
    ) -> None:
        """Grade what these students, by key, handed in, and note what the absent ones did not.

        Raises:
            GraderError, SandboxError: nothing can be graded here.
            StoreError: a result can't be stored.
        """
        self._present = {student for student, _ in class_}
        for work in chain(self._rounds(class_), [self._nothing_of(absent)]):
            pending = self._compare(work)
            self._look_up(pending)
            if pending:
                self._grade(pending, executor)

    def account(self, in_doubt: Collection[str] = ()) -> list[str]:
        """What the run came to, in lines: how many, how they did, and every score that moved.

        Args:
            in_doubt: the keys of those who may have handed in what nobody's is.
        """
        done, names = self.summary, {key: self._name(key) for key in self._students}
        class_ = turnout(self._course, self._store, self._slugs)
        students = sum(not stored.is_dropped for stored in self._students.values())
        absent = [show_name(self._name(key)) for key in class_.absent if key not in in_doubt]
        counts = [
            f"{count_of(done.graded, 'assignment')} graded",
            f"{done.looked_up:,} looked up, as the same code was graded" if done.looked_up else "",
            f"{done.unchanged:,} unchanged",
            f"{count_of(done.unreadable, 'submission')} unreadable" if done.unreadable else "",
        ]
        maxima = self._store.maxima()
        most = sum(maxima[slug] for slug in self._slugs if slug in maxima)
        lines = [
            f"{count_of(done.submissions, 'submission')}: {', '.join(filter(None, counts))}",
            scores_line(class_.finals.values(), students, most),
            f"{len(absent):,} of the class handed in nothing of it: {some(absent, ABSENT_NAMED)}"
            if absent
            else "",
        ]
        return [
            *filter(None, lines),
            *(
                f"{slug}: left out of exports and pages while course.toml has `graded = false` for "
                "it"
                for slug in self._slugs
                if slug in maxima and slug not in self._course.slugs
            ),
            *moved_lines(list(moved_since(self._course, self._store, self._line)), names),
        ]

    # ------------------------------------------------------------ what has changed

    def _rounds(self, class_: Sequence[tuple[str, Handed]]) -> Iterator[Iterable[Read]]:
        """What is graded one after the other: the last attempt ends the log, and those before it
        are graded as well where the best one counts."""
        if self._course.late is not None and self._course.late.counts == "best":
            for number in range(max((len(handed.earlier) for _, handed in class_), default=0)):
                yield self._attempts(class_, number)
        yield self._loaded(class_)

    def _attempts(self, class_: Sequence[tuple[str, Handed]], number: int) -> Iterator[Read]:
        """The attempts of this number that are not in the log, as far as they can be read."""
        for student, handed in class_:
            if number >= len(handed.earlier):
                continue
            time, load = handed.earlier[number]
            time = time or self._students[student].submitted_at
            try:
                submission = settle(self._course, load()).only(self._slugs)
            except SubmissionError:
                continue
            except Exception as error:  # reading one must not cost the others their grades
                self._failed_to_read(student, error)
                continue
            known = {(each.result, each.submitted_at) for each in self._store.hand_ins(student)}
            new = []
            for slug in submission.sources:
                result = self._store.result_id(self._key(submission, slug))
                if (result, time) not in known or self._is_again(result):
                    new.append(self._course.assignment(slug))
            yield student, submission, dict.fromkeys(submission.sources, time), new

    def _failed_to_read(self, student: str, error: Exception) -> None:
        what = f"{type(error).__name__}: {error}"
        self.summary.failures[f"{self._name(student)}: {what}"] += 1

    def _compare(self, class_: Iterable[Read]) -> dict[Key, Pending]:
        """Make stored results the grades of those they fit, and collect the rest."""
        pending: dict[Key, Pending] = {}
        grades = []
        results: dict[Key, int | None] = {}
        taken: dict[Key, bool] = {}  # whether the stored result stays
        for student, submission, times, assignments in class_:
            for assignment in assignments:
                slug = assignment.slug
                key = self._key(submission, slug)
                submitted_at = times.get(slug) or self._students[student].submitted_at
                if key not in results:
                    results[key] = self._store.result_id(key)
                    taken[key] = not self._is_again(results[key])
                result = results[key]
                if result is not None:
                    grades.append((student, slug, result, submitted_at))
                if result is not None and taken[key]:
                    self.summary.unchanged += student in self._present
                    continue
                if key not in pending:
                    task = Task(slug, submission.sources.get(slug), submission.problems.get(slug))
                    meaning = self._meaning(key, task.source)
                    pending[key] = Pending(task, result is not None, meaning)
                pending[key].times[student] = submitted_at
        self._store.set_grades(grades)
        return pending

    def _is_again(self, result: int | None) -> bool:
        if result is None or self._again is None:
            return False
        return self._again.takes(self._store.report(result))

    def _loaded(self, class_: Sequence[tuple[str, Handed]]) -> Iterator[Read]:
        """Each submission, when its modules came, and what it touches; those that can't be read at
        all come last."""
        unreadable = []
        for student, handed in class_:
            self.summary.submissions += 1
            try:
                everything = settle(self._course, handed.load())
                self.summary.empty += not (everything.sources or everything.problems)
                submission = everything.only(self._slugs)
                submission, times = self._in_time.of(student, handed, submission)
                branches = told_of_branches(self._course, handed, submission, self._slugs)
            except SubmissionError as error:
                self.summary.unreadable += 1
                self._display.note(f"{self._name(student)}: {error}")
                unreadable.append((student, str(error)))
                continue
            except Exception as error:  # reading one must not cost the others their grades
                self._failed_to_read(student, error)
                continue
            self._note_problems(self._name(student), submission)
            if branches:
                self._display.note(f"{self._name(student)}: {branches}")
            if self._scope.is_unreadable(submission):
                unreadable.append((student, next(iter(submission.problems.values()))))
                continue
            yield student, submission, times, self._scope.of(student, submission)
        for student, problem in unreadable:
            assignments = self._scope.of_unreadable(student)
            problems = dict.fromkeys((a.slug for a in assignments), problem)
            yield student, Submission(self._name(student), {}, problems), {}, assignments

    def _nothing_of(self, absent: Sequence[str]) -> Iterator[Read]:
        """Of who handed in nothing, what they had to: it scores 0, as for whoever handed in other
        tasks."""
        for student in absent:
            nothing = Submission(self._name(student), {}, {})
            yield student, nothing, {}, self._scope.of(student, nothing)

    def _note_problems(self, name: str, submission: Submission) -> None:
        for slug, source in submission.sources.items():
            if source.read_from:
                self._display.note(f"{name}: {slug}: read from {source.read_from}")
        if submission.problems:
            self.summary.unreadable += 1
            for problem in dict.fromkeys(submission.problems.values()):
                self._display.note(f"{name}: {problem}")
        elif not submission.sources:
            self._display.note(f"{name}: there is no module named after an assignment in it")

    def _key(self, submission: Submission, slug: str) -> Key:
        code = code_digest(submission, slug)
        return Key(slug, code, self._checks[slug], self._seed, self._versions)

    def _meaning(self, key: Key, source: Source | None) -> str:
        meant = meant_by(self._course, key, source)
        return "" if meant is None else digest([msgspec.json.encode(meant)])

    # ------------------------------------------------------------ looking up

    def _look_up(self, pending: dict[Key, Pending]) -> None:
        """Store what is known of modules that mean what others do, and take it out."""
        for key, item in list(pending.items()):
            if item.meaning and not item.is_stored:
                known = self._store.result_of_meaning(item.meaning)
                if known is not None:
                    self._share(known, key, item)
                    del pending[key]

    def _share(self, known: Result, key: Key, item: Pending) -> None:
        """Store a result that is another module's as the one of this module."""
        source = item.task.source
        assert source is not None
        report = as_ones_own(known.report, source)
        shared = Result(key, known.environment, report, 0.0, item.meaning, is_looked_up=True)
        self._store.add_result(shared, list(item.times), item.times, stored(source))
        self.summary.looked_up += len(item.times)

    # ------------------------------------------------------------ grading

    def _grade(self, pending: dict[Key, Pending], executor: Executor) -> None:
        left = Counter(student for item in pending.values() for student in item.times)
        self._display.start(len(left))
        queue = Queue(pending)
        tasks = (item.task for item in pending.values())
        idle = not any(needs_worker(self._course, task.submission, task.slug) for task in tasks)
        with closing(executor.run(queue.tasks(), self._checks, idle=idle)) as outcomes:
            for event in outcomes:
                if event is None:
                    self._display.tick()
                    continue
                number, outcome = event
                done = [queue.sent[number]]
                known = self._keep(done[0], outcome, pending[done[0]])
                if known is not None and known.meaning:
                    for key in queue.take_waiting(known.meaning):
                        self._share(known, key, pending[key])
                        done.append(key)
                for key in done:
                    students = pending[key].times
                    left.subtract(students.keys())
                    self._display.advance(sum(left[student] == 0 for student in students))

    def _name(self, student: str) -> str:
        return self._students[student].student.name

    def _keep(self, key: Key, outcome: Outcome, pending: Pending) -> Result | None:
        """Store a result, and give it; one that is the grader's failure is counted instead."""
        students = list(pending.times)
        name = self._name(students[0])
        if outcome.graded is None or outcome.environment is None:
            self.summary.failures[f"{name}: {key.slug}: {outcome.error}"] += 1
            return None
        report = outcome.graded.report
        if why := unsound(report, key.slug):
            self.summary.failures[f"{name}: {key.slug}: {why}"] += 1
            return None
        broken = [check for check in report.checks if check.verdict == "grader_error"]
        if broken:
            self.summary.failures[f"{name}: {key.slug}: {broken[0].id}: {broken[0].message}"] += 1
            return None
        expected = msgspec.json.decode(self._versions)
        for what in ("grader", "python", "torch", "numpy"):
            if getattr(outcome.environment, what) != expected[what]:
                raise GraderError(
                    f"a worker has {what} {getattr(outcome.environment, what)}, this machine "
                    f"{expected[what]}; install the same version on both"
                )
        meaning = pending.meaning if is_common(report) else ""
        result = Result(key, outcome.environment, report, outcome.graded.duration_s, meaning)
        keep = self._store.replace_result if pending.is_stored else self._store.add_result
        keep(
            result,
            students,
            pending.times,
            None if pending.task.source is None else stored(pending.task.source),
        )
        self.summary.graded += len(self._present.intersection(students))
        if what := conspicuous(report):
            for student in students:
                self._display.note(f"{self._name(student)}: {key.slug}: {what}")
        return result


def stored(source: Source) -> StoredSource:
    return StoredSource(source.filename, source.text, syntax_digest(source.text))


def conspicuous(report: AssignmentReport) -> str:
    """Why a person should look at this report; "" if nothing is odd."""
    for check in report.checks:
        if check.verdict in CONSPICUOUS:
            return f"{CONSPICUOUS[check.verdict]}: {check.message}"
    return ""
