"""Measure the training curves of the reference solutions, for the band that pages draw.

Each solution is trained as its training check trains it, behind the same wall, once a seed. Writes
grader/report/reference.json: what was measured with the same versions stays, but for the
assignments that are named. From anywhere, `python tests/benchmarks/reference_curves.py [SLUG]...`;
without a name it measures all that are graded and train.
"""

from __future__ import annotations

import argparse
import platform
import zlib
from importlib import metadata
from pathlib import Path

import msgspec
import numpy as np

import grader
from grader.course.digits import Digits, load_digits
from grader.course.manifest import Assignment, Course, load_course
from grader.grading.engine import limits_of
from grader.grading.training.run import run_training
from grader.report.reference import REFERENCE_PATH, Band, Reference, load_reference
from grader.sandbox.client import Student
from grader.sandbox.launch import open_launcher
from grader.sandbox.process import Launcher

SEEDS = 40
DIGITS = 4  # of each figure, which is more than a chart can show


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("slugs", nargs="*", metavar="SLUG", help="default: all that are graded")
    arguments = parser.parse_args()
    course = load_course(Path(__file__).parents[2])
    digits = load_digits(course.data_dir, "train")
    trained = [assignment for assignment in course.assignments if assignment.epochs]
    versions = {
        "grader": grader.__version__,
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "numpy": np.__version__,
    }
    before = load_reference()
    named = [course.assignment(slug).slug for slug in arguments.slugs]
    losses, accuracies = {}, {}
    with open_launcher(course.baseline_path) as launcher:
        for assignment in trained:
            slug = assignment.slug
            if named and slug not in named and slug in before.bands and before.versions == versions:
                losses[slug], accuracies[slug] = before.bands[slug], before.accuracies[slug]
                continue
            measured = measure(course, launcher, digits, assignment)
            losses[slug], accuracies[slug] = map(band_of, measured)
            loss, accuracy = losses[slug].median[-1], accuracies[slug].median[-1]
            print(f"{slug}: loss {loss:.3f}, accuracy {accuracy:.3f} in the end", flush=True)
    reference = Reference(
        made_by=f"tests/benchmarks/{Path(__file__).name}",
        versions=versions,
        seeds=SEEDS,
        bands=losses,
        accuracies=accuracies,
    )
    text = msgspec.json.format(msgspec.json.encode(reference), indent=1)
    REFERENCE_PATH.write_bytes(text + b"\n")


def measure(
    course: Course, launcher: Launcher, digits: Digits, assignment: Assignment
) -> tuple[np.ndarray, np.ndarray]:
    """The solution's losses and accuracies on the training images, both (seeds, epochs)."""
    source = course.solution_path(assignment.slug).read_text(encoding="utf-8")
    losses, accuracies = [], []
    for seed in range(SEEDS):
        key = [seed, zlib.crc32(assignment.slug.encode())]
        with Student(launcher, assignment.slug, source, limits_of(assignment)) as student:
            run = run_training(
                student,
                assignment,
                digits,
                np.random.default_rng(key),
                np.random.default_rng(key),
                student_optimizer="make_optimizer" in student.load(),
            )
        losses.append(run.summary.loss)
        accuracies.append(run.summary.accuracy)
    return np.array(losses), np.array(accuracies)


def band_of(values: np.ndarray) -> Band:
    """The band of (seeds, epochs) values."""
    return Band(
        low=rounded(values.min(axis=0)),
        median=rounded(np.median(values, axis=0)),
        high=rounded(values.max(axis=0)),
    )


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


if __name__ == "__main__":
    main()
