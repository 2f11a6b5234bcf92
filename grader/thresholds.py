"""From measured accuracies to thresholds: what is concluded, shown, and written to course.toml.

A threshold is the highest percentage that lies below the fitted tail of every right module, taken
at the lower end of its interval: see `grader.tail`.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata

import numpy as np
import tomlkit

from grader.calibrate import Sample
from grader.checkfile import GraderError
from grader.course import Assignment, Course
from grader.report.distributions import Distributions
from grader.report.model import write_bytes
from grader.tail import CONFIDENCE, FALSE_FAILURES, SURPRISE, Tail, fit_tail


@dataclass(frozen=True)
class Conclusion:
    """What one assignment's samples say; `right` holds each right sample with its tail."""

    assignment: Assignment
    right: list[tuple[Sample, Tail]]
    wrong: list[Sample]
    threshold: float

    @property
    def weakest(self) -> Sample:
        """The right module that sets the threshold."""
        return min(self.right, key=lambda each: each[1].low)[0]

    @property
    def unfitting(self) -> list[Sample]:
        """Right modules that trained worse than their fitted tail explains."""
        return [sample for sample, tail in self.right if tail.surprise < SURPRISE]


def conclude(assignment: Assignment, samples: Sequence[Sample]) -> Conclusion:
    right = [(s, fit_tail(s.accuracies)) for s in samples if s.module.kind == "right"]
    wrong = [s for s in samples if s.module.kind == "wrong"]
    threshold = math.floor(100 * min(tail.low for _, tail in right)) / 100
    return Conclusion(assignment, right, wrong, threshold)


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
    """Replace the thresholds in course.toml, with a note on how they were measured.

    Raises:
        GraderError: a tail does not fit; nothing is written.
    """
    for conclusion in conclusions:
        for sample in conclusion.unfitting:
            raise GraderError(
                f"{sample.module.name}: its lowest accuracies are not explained by the fitted "
                "tail; nothing was written"
            )
    path = course.root / "assignments" / "course.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    by_slug = {conclusion.assignment.slug: conclusion for conclusion in conclusions}
    for entry in document["assignments"]:  # type: ignore[union-attr]
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
        entry["threshold"] = tomlkit.value(f"{conclusion.threshold:.2f}")
        entry["calibration"] = note
    write_bytes(path, tomlkit.dumps(document).encode())
