"""The pytest plugin: collects a check file, and keeps the verdicts of its runs against students.

A check is a pytest function whose docstring's first line is its title. Marks:

    @pytest.mark.points(2)       what it is worth (1 without the mark)
    @pytest.mark.hint("...")     where to look, if nothing better is known when it fails
    @pytest.mark.gate            when it does not pass, the checks below it are not judged
    @pytest.mark.hidden          students get its points, not its text: `grader release` cuts it out

Fixtures: `student` (the module behind the wall), `rng` (a NumPy generator derived from course seed,
assignment and check), `course_rng` (one for fixtures that several checks share), `passed` (whether
a check above has passed, or all of them), `train` (one run of the seed's training loop, recorded in
the report), `own_run` (the same with a network and an optimizer of the student's own, run once for
all checks).
"""

from __future__ import annotations

import textwrap
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pytest

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.grading.slips.table import Slip
from grader.grading.training.records import OwnRun, TrainingRun
from grader.grading.training.run import run_own, run_training
from grader.report.model import CheckResult, Training, Verdict
from grader.sandbox.client import Student, StudentError, StudentRaised
from grader.text import point_at, printable

MESSAGE_CHARACTERS = 1000
RAISED_CHARACTERS = 400  # of these, what an exception says: the line that raised it comes after
EXPLAINED_CHARACTERS = 140  # the same, where a sentence before it says what it means
DEFERRED = "runs after you hand in"
TRAINING_FIXTURES = {"train", "own_run"}

Train = Callable[..., TrainingRun]
Passed = Callable[..., bool]
Explain = Callable[[StudentError], Slip | None]

# What a check or a fixture may end with; an interrupt is none of it. pytest's own outcomes are not
# Exceptions.
JUDGEMENTS = (Exception, SystemExit, pytest.fail.Exception, pytest.skip.Exception)


class CheckRun:
    """One run of a check file against one student: what it is given, and what it concludes.

    Args:
        digits: gives the images, when a check trains.
        seed: the course's.
        draw: what of a training is judged is drawn from it.
        not_judged: why no check is to be run; None: they are.
        explain: what slip an exception shows, if any.
    """

    def __init__(
        self,
        assignment: Assignment,
        student: Student,
        digits: Callable[[], Digits],
        unseen: Callable[[], Digits],
        seed: int,
        draw: int,
        not_judged: str | None,
        explain: Explain = lambda error: None,
    ) -> None:
        self.results: list[CheckResult] = []  # in the order of the file
        self.training: Training | None = None
        self.student = student
        self.not_judged = not_judged
        self.explain = explain
        self._assignment = assignment
        self._digits = digits
        self._unseen = unseen
        self._seed = seed
        self._draw = draw
        self._items: list[pytest.Item] = []  # of `results`
        self._apart = False
        self._trainings = 0
        self.doubt = ""  # why what hidden checks saw may be the machine's doing; "": it is not

    def passed(self, name: str | None = None) -> bool:
        """Whether the check of this name has passed in this run; without a name, all so far."""
        if name is None:
            return all(result.verdict == "passed" for result in self.results)
        return any(result.id == name and result.verdict == "passed" for result in self.results)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Ask another worker in here, and let nothing that it says of a training be known."""
        student, training = self.student, self.training
        with student.anew() as other:
            try:
                self.student, self._apart = other, True
                yield
            finally:
                self.student, self.training, self._apart = student, training, False
            if other.failure is not None:
                raise other.failure
            self.doubt = other.doubt

    def sort(self, names: list[str]) -> None:
        """Put the results in the order of `names`."""
        pairs = zip(self.results, self._items, strict=True)
        ordered = sorted(pairs, key=lambda pair: names.index(pair[0].id))
        self.results = [result for result, _ in ordered]
        self._items = [item for _, item in ordered]

    def generator(self, name: str) -> np.random.Generator:
        """A generator of its own for each name, derived from course seed and assignment."""
        return np.random.default_rng(
            [self._seed, zlib.crc32(f"{self._assignment.slug}{name}".encode())]
        )

    def train(self, rng: np.random.Generator, **options: bool) -> TrainingRun:
        # By other draws in a second training: what the first was judged by is known to the worker.
        self._trainings += 1
        slug = zlib.crc32(self._assignment.slug.encode())
        judged = np.random.default_rng([self._draw, slug, self._trainings])
        run = run_training(self.student, self._assignment, self._digits(), rng, judged, **options)
        self.training = msgspec.structs.replace(run.summary, draw=self._draw)
        return run

    def train_own(self) -> OwnRun:
        run = run_own(
            self.student, self._assignment, self._digits(), self._unseen(), self.generator("/own")
        )
        self.training = run.summary
        return run

    def record(self, item: pytest.Item, judgement: Judgement, duration_s: float) -> None:
        if (
            judgement.verdict != "passed"
            and self.not_judged is None
            and item.get_closest_marker("gate")
        ):
            self.not_judged = f"not judged, because this did not pass: {title_of(item)}"
        judgement = self.explained(judgement)
        refuted = [
            number
            for number, result in enumerate(self.results)
            if result.id in judgement.refutes
            and result.verdict == "passed"
            and result.hidden == self._apart
        ]
        for number in refuted:
            passed = self.results[number]
            self.results[number] = result_of(self._items[number], judgement, passed.duration_s)
            if number == refuted[0]:  # it tells all, and the others which one that is
                message = f"In training it did otherwise: see “{passed.title}”."
                judgement = replace(judgement, message=message, look="")
        self.results.append(result_of(item, judgement, duration_s))
        self._items.append(item)

    def explained(self, judgement: Judgement) -> Judgement:
        """`judgement`, under the known mistake that one of the checks it refutes has named."""
        named = (
            result
            for result in self.results
            if result.id in judgement.refutes and result.misconception
        )
        if (first := next(named, None)) is None or judgement.misconception:
            return judgement
        said = f"{first.message.splitlines()[0]}\n{judgement.message}"
        return replace(judgement, message=said, misconception=first.misconception, look="")


class CheckPlugin:
    """Collects the checks of a file, and records what they conclude in the run that is set.

    It never formats a traceback.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.items: list[pytest.Item] = []
        self.collection_error: str | None = None
        self.run: CheckRun

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[_PLUGIN] = self
        for mark in (
            "points(n): what the check is worth",
            "hint(text): where to look",
            "gate",
            "hidden(deferred=False): deferred in place of a check that was cut out",
        ):
            config.addinivalue_line("markers", mark)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        # Of a whole path pytest would take what stands in brackets for a test's parameters.
        config, given = session.config, session.config.invocation_params
        config.args, folder = [self._path.name], self._path.parent
        config.invocation_params = config.InvocationParams(
            args=config.args, plugins=None, dir=folder
        )
        try:
            return (yield)
        finally:
            config.invocation_params = given  # to whose folder pytest goes back in the end

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collection_error = str(report.longrepr)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.collection_error = excinfo.exconly()
        return True  # it is dealt with: no traceback is printed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = session.items
        return True  # they are run later, once for each student

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        if is_deferred(item):
            self.run.record(item, Judgement("not_judged", DEFERRED), duration_s=0.0)
            return True
        if self.run.not_judged is None:
            return None
        self.run.record(item, Judgement("not_judged", self.run.not_judged), duration_s=0.0)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        start = time.perf_counter()
        judgement = Judgement("passed")
        try:
            yield
        except JUDGEMENTS as error:
            judgement = blame(error, self.run.explain)
        self.run.record(item, judgement, time.perf_counter() - start)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        if call.excinfo is None or not isinstance(call.excinfo.value, JUDGEMENTS):
            return None
        # What a check raises was dealt with above: this is a fixture's failure.
        self.run.record(item, blame(call.excinfo.value, self.run.explain), call.duration)
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", "", "setup")


# ---------------------------------------------------------------- fixtures

_PLUGIN = pytest.StashKey[CheckPlugin]()


@pytest.fixture(scope="session")
def student(pytestconfig: pytest.Config) -> Student:
    """The student's module behind the wall."""
    return pytestconfig.stash[_PLUGIN].run.student


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers of this check's own: the same for the same course seed."""
    return request.config.stash[_PLUGIN].run.generator(f"/{request.node.name}")


@pytest.fixture(scope="session")
def course_rng(pytestconfig: pytest.Config) -> np.random.Generator:
    """Random numbers for what several checks of an assignment share."""
    return pytestconfig.stash[_PLUGIN].run.generator("")


@pytest.fixture
def passed(pytestconfig: pytest.Config) -> Passed:
    """`passed("test_layers")` says whether that check has passed, in this run of the file."""
    return pytestconfig.stash[_PLUGIN].run.passed


@pytest.fixture
def train(pytestconfig: pytest.Config, rng: np.random.Generator) -> Train:
    """`train()` runs the seed's loop and records it; for its options see `run_training`."""
    return partial(pytestconfig.stash[_PLUGIN].run.train, rng)


@pytest.fixture(scope="session")
def own_run(pytestconfig: pytest.Config) -> OwnRun:
    """One run of the student's own network and optimizer, which several checks look at."""
    return pytestconfig.stash[_PLUGIN].run.train_own()


# ---------------------------------------------------------------- what is said about a check


class Recognised(Exception):
    """Raised by a check that knows more of `cause`, which student code has raised in it, than that
    shows: it is the slip `name`, told by `says`."""

    def __init__(self, cause: StudentError, name: str, says: str) -> None:
        super().__init__(says)
        self.cause = cause
        self.slip = Slip(name, says)


@dataclass(frozen=True)
class Judgement:
    """What a check concluded: whose fault it is, what to say, and about which of their lines.

    `misconception` names the known mistake, where the check has recognised one. `look` says where
    to look; None: where the check's hint says. `refutes` names the checks that passed only because
    they did not see what this one saw.
    """

    verdict: Verdict
    message: str = ""
    line: int | None = None
    misconception: str = ""
    look: str | None = ""
    refutes: tuple[str, ...] = ()


def blame(error: BaseException, explain: Explain) -> Judgement:
    """Whose fault `error`, raised in a check, is; and what to say about it."""
    slip = None
    if isinstance(error, Recognised):
        slip, error = error.slip, error.cause
    if isinstance(error, StudentError):
        slip = slip or explain(error)
        where = f" ({error.place})" if error.place else ""
        if isinstance(error, StudentRaised) and error.is_not_written and not slip:
            return Judgement("error", f"not written yet{where}: {error.text}", error.line)
        room = RAISED_CHARACTERS if slip is None else EXPLAINED_CHARACTERS
        said = printable(str(error), room, newlines=True) + where
        if error.excerpt is not None:
            said += "\n" + textwrap.indent(point_at(*error.excerpt), "  ")
        if slip is None:
            return Judgement(error.verdict, said, error.line)
        return Judgement(error.verdict, f"{slip.says}\n{said}", error.line, slip.name)
    if isinstance(error, AssertionError | pytest.fail.Exception):
        said = str(error) or "what the check asks for does not hold"
        # Set by checks that know more (grader.checks.kit.probes.Failure).
        return Judgement(
            "failed",
            said,
            misconception=getattr(error, "misconception", ""),
            look=getattr(error, "look", None),
            refutes=getattr(error, "refutes", ()),
        )
    if isinstance(error, pytest.skip.Exception):
        return Judgement("not_judged", str(error))
    if isinstance(error, pytest.FixtureLookupError):
        return Judgement("grader_error", f"there is no fixture {error.argname!r}")
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    where = ""
    if traceback is not None:
        where = f" ({Path(traceback.tb_frame.f_code.co_filename).name}:{traceback.tb_lineno})"
    return Judgement("grader_error", f"{type(error).__name__}: {error}{where}")


def result_of(item: pytest.Item, judgement: Judgement, duration_s: float) -> CheckResult:
    """What the report says of this check."""
    points = float(mark_argument(item, "points", "1"))
    earned = judgement.verdict == "passed"
    look = judgement.look
    return CheckResult(
        id=item.name,
        title=title_of(item),
        verdict=judgement.verdict,
        points=points if earned else 0.0,
        max_points=points,
        message=printable(judgement.message, MESSAGE_CHARACTERS, newlines=True),
        hint=mark_argument(item, "hint", "") if look is None else look,
        duration_s=duration_s,
        line=judgement.line,
        misconception=judgement.misconception,
        hidden=item.get_closest_marker("hidden") is not None,
        deferred=is_deferred(item),
    )


def mark_argument(item: pytest.Item, name: str, default: str) -> str:
    mark = item.get_closest_marker(name)
    return default if mark is None else str(mark.args[0])


def is_deferred(item: pytest.Item) -> bool:
    """Whether the check was cut out of this copy, and this stands in for it."""
    mark = item.get_closest_marker("hidden")
    return mark is not None and bool(mark.kwargs.get("deferred"))


def is_hidden(item: pytest.Item) -> bool:
    """Whether the check is hidden, and here to be run."""
    return item.get_closest_marker("hidden") is not None and not is_deferred(item)


def title_of(item: pytest.Item) -> str:
    """The first line of the check's docstring."""
    docstring = getattr(getattr(item, "function", None), "__doc__", None)
    return docstring.strip().splitlines()[0] if docstring else item.name
