"""A check file: collected by pytest once, then run against one student after another.

Starting pytest costs more than most checks do; what it has collected can be run again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import grader.grading.plugin
from grader.course.manifest import Assignment, Course
from grader.errors import GraderError
from grader.grading.key import checks_digest
from grader.grading.plugin import TRAINING_FIXTURES, CheckPlugin
from grader.grading.slips.own import why_unusable
from grader.grading.verdicts.judgement import Judgement
from grader.grading.verdicts.results import is_hidden, result_of
from grader.grading.verdicts.run import CheckRun
from grader.report.model import CheckResult
from grader.text import printable

AGAIN = "run the same command again"
# Parts of pytest that checks have no use for, and that cost time at the start or at every check.
# What capture and tmpdir provide would have ended before the checks run.
UNUSED_PLUGINS = (
    "cacheprovider", "capture", "debugging", "doctest", "faulthandler", "junitxml", "legacypath",
    "logging", "pastebin", "pytester_assertions", "recwarn", "reports", "setuponly", "setupplan",
    "stepwise", "subtests", "terminal", "threadexception", "tmpdir", "unittest",
    "unraisableexception", "warnings",
)  # fmt: skip


@cache
def collect_checks(path: Path) -> CheckFile:
    """The check file at `path`; collected at the first call in this process and its children.

    Raises:
        GraderError: it can't be collected, or holds no checks.
    """
    return CheckFile(path)


class CheckFile:
    """The checks of one file. Nothing of the caller's pytest set-up takes part in them."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._plugin = CheckPlugin(path)
        arguments = [str(path), f"--rootdir={path.parent}", "--noconftest"]
        # Strict: a misspelt mark must not go unnoticed, least of all `hidden`.
        # A course may lie in another copy of this package, whose modules are called the same.
        arguments += [
            "-c",
            os.devnull,
            "--assert=plain",
            "--strict-markers",
            "--import-mode=importlib",
        ]
        for name in UNUSED_PLUGINS:
            arguments += ["-p", f"no:{name}"]
        with pytest_environment():
            code = pytest.main(arguments, plugins=[grader.grading.plugin, self._plugin])
        if code == pytest.ExitCode.INTERRUPTED and self._plugin.collection_error is None:
            raise KeyboardInterrupt
        # Another course's file of this name would be taken for it, and what has been imported of
        # one that is broken for all of it.
        for name, module in [*sys.modules.items()]:
            if getattr(module, "__file__", None) == str(path):
                del sys.modules[name]
        if self._plugin.collection_error is not None or not self._plugin.items:
            raise self._broken(self._plugin.collection_error or "it has no checks")
        for item in self.items:
            if reason := why_unusable(item):
                raise self._broken(reason)

    @property
    def items(self) -> list[pytest.Item]:
        """The checks as pytest collected them, with their marks."""
        return self._plugin.items

    @property
    def training_checks(self) -> list[str]:
        """The names of the checks that look at a training run, in the order of the file."""
        return [item.name for item in self.items if TRAINING_FIXTURES & {*item.fixturenames}]  # type: ignore[attr-defined]

    def describe(self, judgement: Judgement) -> list[CheckResult]:
        """What each check is and is worth, in the order of the file, with the same said of all."""
        return [result_of(item, judgement, duration_s=0.0) for item in self._plugin.items]

    def run(self, run: CheckRun, only: str | None = None) -> None:
        """Run the checks, or `only` the one of that name; they record what they conclude in `run`.

        Hidden ones come last, in a worker of their own that ends with them: what they ask is not
        to be told by what the others see.

        Raises:
            GraderError: they end for a reason that is none of their verdicts, or there are none.
        """
        self._plugin.run = run
        items = [item for item in self._plugin.items if only in (None, item.name)]
        if not items:
            raise self._broken(f"there is no check {only}")
        apart = [item for item in items if is_hidden(item)]
        if seen := [item for item in items if item not in apart]:
            self._go_through(seen)
        if apart:
            with run.apart():
                self._go_through(apart)
            run.sort([item.name for item in items])
        if len(run.results) != len(items):
            raise self._broken(f"{len(run.results)} of its {len(items)} checks came to a verdict")

    def _go_through(self, items: list[pytest.Item]) -> None:
        """Run `items`, with fixtures that end with them."""
        session = self.items[0].session
        # NumPy's warnings about a student's numbers would only confuse; checks look at the numbers.
        with pytest_environment(), np.errstate(all="ignore"):
            try:
                for item, following in zip(items, [*items[1:], None], strict=True):
                    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            except Exception as error:
                raise self._broken(f"{type(error).__name__}: {error}") from error
            finally:  # fixtures end with the run, wherever it ended
                session.config.hook.pytest_sessionfinish(session=session, exitstatus=0)

    def _broken(self, reason: str) -> GraderError:
        last = printable(reason.strip().splitlines()[-1])
        return GraderError(f"{self._name}: the check file can't be run: {last}")


def list_checks(course: Course) -> dict[str, list[CheckResult]]:
    """Each assignment's checks, by slug, none of them run.

    Raises:
        GraderError: a check file is broken.
    """
    return {
        slug: collect_checks(course.check_path(slug)).describe(Judgement("not_judged", "not run"))
        for slug in course.every_slug
    }


def load_checks(course: Course, assignments: Iterable[Assignment]) -> dict[str, str]:
    """Load their check files; by slug the digest of what they are judged by, as it was loaded.

    A check file that is broken is left to those who need it.

    Raises:
        GraderError: something changed meanwhile.
    """
    before = {a.slug: checks_digest(course, a) for a in assignments}
    for slug in before:
        with suppress(GraderError):
            collect_checks(course.check_path(slug))
    for slug, digest in before.items():
        if checks_digest(course, course.assignment(slug)) != digest:
            raise GraderError(f"{slug}: its checks changed while they were loaded; {AGAIN}")
    return before


@contextmanager
def pytest_environment() -> Iterator[None]:
    """Keep what the caller's environment tells pytest away from the checks' own sessions."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("PYTEST")}
    for name in saved:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST")]:
            del os.environ[name]
        os.environ.update(saved)
