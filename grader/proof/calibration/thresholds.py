"""From measured accuracies to thresholds: what is concluded, shown, and written to course.toml.

A threshold is the highest percentage that lies below the fitted tail of every right module, taken
at the lower end of its interval: see `grader.proof.calibration.tail`. A band, which earns a part of
the points, is measured likewise, on the wrong modules that should reach it but fail the check of
the next one.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from itertools import chain

import numpy as np
import tomlkit

from grader.course.manifest import Assignment, Course
from grader.errors import GraderError
from grader.files import write_bytes
from grader.grading.checkfile import collect_checks
from grader.proof.calibration.measure import Sample
from grader.proof.calibration.plot import Distributions
from grader.proof.calibration.tail import CONFIDENCE, FALSE_FAILURES, SURPRISE, Tail, fit_tail


@dataclass(frozen=True)
class Conclusion:
    """What one assignment's samples say; `right` holds each right sample with its tail.

    `reaching` holds, for each band, the wrong samples that should reach it and no higher one.
    """

    assignment: Assignment
    right: list[tuple[Sample, Tail]]
    wrong: list[Sample]
    reaching: list[list[tuple[Sample, Tail]]]

    @property
    def threshold(self) -> float:
        return highest_below(self.right)

    @property
    def bands(self) -> list[float]:
        return [highest_below(samples) for samples in self.reaching]

    @property
    def weakest(self) -> Sample:
        """The right module that sets the threshold."""
        return weakest_of(self.right)

    @property
    def unfitting(self) -> list[Sample]:
        """Modules that should reach something, and trained worse than their tail explains."""
        every = [*self.right, *chain.from_iterable(self.reaching)]
        return [sample for sample, tail in every if tail.surprise < SURPRISE]


def conclude(course: Course, assignment: Assignment, samples: Sequence[Sample]) -> Conclusion:
    """What the samples of one assignment say.

    Raises:
        GraderError: the check file has not one check for each band and one for the threshold, or
            no module of the zoo shows what a band asks for.
    """
    right = [(s, fit_tail(s.accuracies)) for s in samples if s.module.kind == "right"]
    wrong = [s for s in samples if s.module.kind == "wrong"]
    reaching = []
    for check in checks_above_bands(course, assignment):
        reaching.append([(s, fit_tail(s.accuracies)) for s in wrong if should_fail(s, check)])
        if not reaching[-1]:
            folder = f"tests/zoo/wrong/{assignment.slug}/{check}"
            raise GraderError(f"{folder}: holds no module that trains, to measure a band on")
    return Conclusion(assignment, right, wrong, reaching)


def checks_above_bands(course: Course, assignment: Assignment) -> list[str]:
    """For each band, the check that asks for the next higher accuracy."""
    if not assignment.bands:
        return []
    path = course.check_path(assignment.slug)
    checks = collect_checks(path).training_checks
    if len(checks) != len(assignment.bands) + 1:
        raise GraderError(
            f"{path.name}: {len(checks)} checks look at the training, but course.toml gives "
            f"{len(assignment.bands)} bands and a threshold"
        )
    return checks[1:]


def should_fail(sample: Sample, check: str) -> bool:
    return check in (module.expected_to_fail for module in [sample.module, *sample.alike])


def weakest_of(samples: Sequence[tuple[Sample, Tail]]) -> Sample:
    return min(samples, key=lambda each: each[1].low)[0]


def highest_below(samples: Sequence[tuple[Sample, Tail]]) -> float:
    """The highest percentage, as an accuracy, below the lower ends of all tails."""
    return math.floor(100 * min(tail.low for _, tail in samples)) / 100


def distributions_of(conclusion: Conclusion) -> Distributions:
    return Distributions(
        conclusion.assignment.title,
        [sample.accuracies for sample, _ in conclusion.right],
        [sample.accuracies for sample in conclusion.wrong],
        conclusion.threshold,
    )


def lines_about(conclusion: Conclusion) -> Iterator[str]:
    """A table of the right modules, the weakest first, and one of the wrong ones."""
    assignment = conclusion.assignment
    yield f"{assignment.slug}: {assignment.epochs} epochs"
    width = max(len(s.module.name) for s in [*(s for s, _ in conclusion.right), *conclusion.wrong])
    yield (
        f"  {'right module':{width}}  seeds   mean     sd  lowest  "
        f"{FALSE_FAILURES:g} quantile (from, {CONFIDENCE:.0%} sure)"
    )
    for sample, tail in sorted(conclusion.right, key=lambda each: each[1].low):
        yield (
            f"  {described(sample, width)}  {sample.accuracies.std(ddof=1):.3f}   "
            f"{tail.lowest:.3f}  {tail.quantile:.3f} ({tail.low:.3f}){and_alike(sample)}"
        )
    if conclusion.wrong:
        yield f"  {'wrong module':{width}}  seeds   mean  reaches {conclusion.threshold:.2f}"
    for sample in sorted(conclusion.wrong, key=lambda each: each.accuracies.mean()):
        share = (sample.accuracies >= conclusion.threshold).mean()
        yield f"  {described(sample, width)}  {share:.1%}{and_alike(sample)}"
    for sample in conclusion.unfitting:
        yield (
            f"  {sample.module.name} was as low as {sample.accuracies.min():.3f}, "
            "which the fit does not explain: look at it with --plot"
        )
    for band, reaching, before in zip(
        conclusion.bands, conclusion.reaching, assignment.bands, strict=True
    ):
        name = weakest_of(reaching).module.name
        yield f"  band: {band:.2f} (in course.toml: {before:.2f}), by {name}"
    yield f"  threshold: {conclusion.threshold:.2f} (in course.toml: {assignment.threshold:.2f})"


def described(sample: Sample, width: int) -> str:
    mean = sample.accuracies.mean()
    return f"{sample.module.name:{width}}  {len(sample.accuracies):5}  {mean:.3f}"


def and_alike(sample: Sample) -> str:
    """The modules that this one stands for: how many right ones, and each wrong one by name."""
    right = sum(module.kind == "right" for module in sample.alike)
    names = [f"{right} right"] if right else []
    names += ["/".join(m.name.split("/")[-2:]) for m in sample.alike if m.kind == "wrong"]
    return f"; alike: {', '.join(names)}" if names else ""


def write_thresholds(
    course: Course, conclusions: Sequence[Conclusion], seeds: int, wrong_seeds: int
) -> None:
    """Replace thresholds and bands in course.toml, with a note on how they were measured.

    Raises:
        GraderError: a tail does not fit, or a band is none; nothing is written.
    """
    for conclusion in conclusions:
        steps = [*conclusion.bands, conclusion.threshold]
        if steps != sorted(set(steps)):
            raise GraderError(
                f"{conclusion.assignment.slug}: bands and threshold would not be one above the "
                "other; nothing was written"
            )
        for sample in conclusion.unfitting:
            raise GraderError(
                f"{sample.module.name}: its lowest accuracies are not explained by the fitted "
                "tail; nothing was written"
            )
    path = course.manifest_path
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    by_slug = {conclusion.assignment.slug: conclusion for conclusion in conclusions}
    for entry in document["assignments"]:
        if entry["slug"] not in by_slug:
            continue
        conclusion = by_slug[entry["slug"]]
        note = tomlkit.inline_table()
        note["date"] = datetime.now(UTC).date()
        note["seeds"] = seeds
        note["wrong_seeds"] = wrong_seeds
        note["weakest"] = conclusion.weakest.module.name
        note["torch"] = metadata.version("torch")
        note["numpy"] = np.__version__
        note["python"] = platform.python_version()
        if conclusion.bands:
            bands = ", ".join(f"{band:.2f}" for band in conclusion.bands)
            entry["bands"] = tomlkit.value(f"[{bands}]")
        entry["threshold"] = tomlkit.value(f"{conclusion.threshold:.2f}")
        entry["threshold"].trivia.comment_ws = ""
        entry["threshold"].trivia.comment = ""  # a TODO that is done
        entry["calibration"] = note
    write_bytes(path, tomlkit.dumps(document).encode())
