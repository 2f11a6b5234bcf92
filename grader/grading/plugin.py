"""The pytest plugin: collects a check file, and keeps the verdicts of its runs against students.

A check is a pytest function whose docstring's first line is its title. Marks:

    @pytest.mark.points(2)       what it is worth (1 without the mark)
    @pytest.mark.hint("...")     where to look, if nothing better is known when it fails
    @pytest.mark.gate            when it does not pass, the checks below it are not judged
    @pytest.mark.hidden          students get its points, not its text: `grader release` cuts it out
    @pytest.mark.slips(...)      what exceptions mean here: pairs of a pattern and a Slip

Fixtures: `student` (the module behind the wall), `rng` (a NumPy generator derived from course seed,
assignment and check), `course_rng` (one for fixtures that several checks share), `passed` (whether
a check above has passed, or all of them), `train` (one run of the seed's training loop, recorded in
the report), `own_run` (the same with a network and an optimizer of the student's own, run once for
all checks).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.grading.slips.own import own_slips
from grader.grading.slips.table import Slip
from grader.grading.training.records import OwnRun, TrainingRun
from grader.grading.verdicts.judgement import JUDGEMENTS, Judgement, Recognised, blame
from grader.grading.verdicts.results import is_deferred
from grader.grading.verdicts.run import CheckRun
from grader.sandbox.client import Student

DEFERRED = "runs after you hand in"
TRAINING_FIXTURES = {"train", "own_run"}

Train = Callable[..., TrainingRun]
Passed = Callable[..., bool]

# What check files import from here; two lie beside.
__all__ = ["Passed", "Recognised", "Slip", "Train"]


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
            "slips(*pairs): what exceptions mean in this assignment",
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
            judgement = self._blame(item, error)
        self.run.record(item, judgement, time.perf_counter() - start)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport | None:
        if call.excinfo is None or not isinstance(call.excinfo.value, JUDGEMENTS):
            return None
        # What a check raises was dealt with above: this is a fixture's failure.
        self.run.record(item, self._blame(item, call.excinfo.value), call.duration)
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", "", "setup")

    def _blame(self, item: pytest.Item, error: BaseException) -> Judgement:
        return blame(error, partial(self.run.explain, own=own_slips(item)))


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
