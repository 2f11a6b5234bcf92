"""One run of a check file against one student."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from grader.course.digits import Digits
from grader.course.manifest import Assignment
from grader.grading.slips.table import Slip
from grader.grading.training.records import OwnRun, TrainingRun
from grader.grading.training.run import run_own, run_training
from grader.grading.verdicts.judgement import Judgement
from grader.grading.verdicts.results import result_of, title_of
from grader.report.model import CheckResult, Training
from grader.sandbox.client import Student


class CheckRun:
    """One run of a check file against one student: what it is given, and what it concludes.

    Args:
        digits: gives the images, when a check trains.
        seed: the course's.
        draw: what of a training is judged is drawn from it.
        not_judged: why no check is to be run; None: they are.
        explain: what slip an exception shows, if any; told by `own`, the check file's own slips.
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
        explain: Callable[..., Slip | None] = lambda error, own: None,
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
