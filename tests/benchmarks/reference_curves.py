"""Measure the training curves of the reference solutions, for the band that pages draw.

Each solution is trained as its training check trains it, behind the same wall, once a seed. Writes
grader/report/site/reference.json. Run from anywhere: `python tests/benchmarks/reference_curves.py`.
"""

from __future__ import annotations

import platform
import zlib
from importlib import metadata
from pathlib import Path

import msgspec
import numpy as np

import grader
from grader.course import Assignment, Course, load_course
from grader.data import Digits, load_digits
from grader.grading import limits_of
from grader.report.site.reference import REFERENCE_PATH, Band, Reference
from grader.sandbox.client import Student
from grader.sandbox.launch import Launcher, open_launcher
from grader.training import run_training

SEEDS = 40
DIGITS = 4  # of each figure, which is more than a chart can show


def main() -> None:
    course = load_course(Path(__file__).parents[2])
    digits = load_digits(course.data_dir, "train")
    bands = {}
    with open_launcher(course.baseline_path) as launcher:
        for assignment in course.assignments:
            losses = measure(course, launcher, digits, assignment)
            bands[assignment.slug] = Band(
                low=rounded(losses.min(axis=0)),
                median=rounded(np.median(losses, axis=0)),
                high=rounded(losses.max(axis=0)),
            )
            print(f"{assignment.slug:14} last epoch {bands[assignment.slug]}", flush=True)
    reference = Reference(
        made_by=f"tests/benchmarks/{Path(__file__).name}",
        versions={
            "grader": grader.__version__,
            "python": platform.python_version(),
            "torch": metadata.version("torch"),
            "numpy": np.__version__,
        },
        seeds=SEEDS,
        bands=bands,
    )
    text = msgspec.json.format(msgspec.json.encode(reference), indent=1)
    REFERENCE_PATH.write_bytes(text + b"\n")


def measure(
    course: Course, launcher: Launcher, digits: Digits, assignment: Assignment
) -> np.ndarray:
    """The solution's loss (seeds, epochs)."""
    source = course.solution_path(assignment.slug).read_text(encoding="utf-8")
    losses = []
    for seed in range(SEEDS):
        rng = np.random.default_rng([seed, zlib.crc32(assignment.slug.encode())])
        with Student(launcher, assignment.slug, source, limits_of(assignment)) as student:
            is_optimizer = "make_optimizer" in student.load()
            run = run_training(student, assignment, digits, rng, student_optimizer=is_optimizer)
        losses.append(run.summary.loss)
    return np.array(losses)


def rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), DIGITS) for value in values]


if __name__ == "__main__":
    main()
