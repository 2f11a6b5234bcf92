"""Results that are kept between runs of `grader grade`, so that nothing is graded twice.

They lie in a store like a class's, found by their Key, but belong to no student. What may come out
otherwise another time, on a machine with less to do, is not kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from grader.course.manifest import Assignment
from grader.errors import GraderError
from grader.gradebook.store import Result, Store, StoreError, open_store
from grader.grading.engine import Engine, Graded, run_tasks
from grader.grading.key import Key, checks_digest, code_digest, versions
from grader.submissions.reading import Submission

UNSURE = frozenset({"timed_out", "crashed", "grader_error"})


@contextmanager
def open_cache(folder: Path) -> Iterator[Cache]:
    """The results kept in `folder`, which is made if need be.

    Raises:
        GraderError: they can't be used; one line that says what to do.
    """
    try:
        with open_store(folder, create=True) as store:
            yield Cache(store)
    except (StoreError, msgspec.MsgspecError) as error:
        raise GraderError(
            f"--cache {folder}: {error}; if that does not help, delete that folder"
        ) from None


class Cache:
    """Grades tasks like `run_tasks`, but those of which the result is known."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def run(
        self, engine: Engine, tasks: Sequence[tuple[Submission, Assignment]], jobs: int
    ) -> Generator[Graded, None, None]:
        """The results in the tasks' order; new ones are kept as they come."""
        checks = {a.slug: checks_digest(engine.course, a) for _, a in tasks}
        current = versions()
        keys = [
            Key(a.slug, code_digest(s, a.slug), checks[a.slug], engine.seed, current)
            for s, a in tasks
        ]
        known = [self._store.result(key) for key in keys]
        missing = [task for task, result in zip(tasks, known, strict=True) if result is None]
        with closing(run_tasks(engine, missing, jobs)) as fresh:
            for key, result in zip(keys, known, strict=True):
                if result is not None:
                    yield Graded(result.report, result.duration_s)
                    continue
                graded = next(fresh)
                if UNSURE.isdisjoint(check.verdict for check in graded.report.checks):
                    self._store.add_result(
                        Result(key, engine.environment, graded.report, graded.duration_s), ()
                    )
                yield graded
