"""Measure the accuracies that the training checks' thresholds are set below.

    python tests/benchmarks/accuracies.py [--seeds N] [SLUG...]

Trains each solution and each right module of the zoo as the training check does, behind the same
wall, under course seeds 1 to N. A table a slug shows each style's mean, standard deviation and
minimum; below it stand what bounds the threshold and the one in course.toml.
"""

from __future__ import annotations

import argparse
import os
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from grader.course import Assignment, Course, load_course
from grader.data import load_digits
from grader.sandbox.client import Limits, Student, StudentError
from grader.sandbox.launch import Launcher, open_launcher
from grader.training import run_own, run_training

ROOT = Path(__file__).resolve().parents[2]
OPTIMIZERS = ("momentum", "adam", "l2")  # slugs in which the student makes the optimizer
SIGMAS = 6  # a threshold this far below the mean of the weakest style fails no right module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50, metavar="N")
    parser.add_argument("slugs", nargs="*", metavar="SLUG")
    options = parser.parse_args()
    course = load_course(ROOT)
    assignments = [course.assignment(slug) for slug in options.slugs or course.slugs]
    modules = [(a, path) for a in assignments for path in modules_of(course, a)]
    with (
        open_launcher(course.baseline_path) as launcher,
        ProcessPoolExecutor(
            len(os.sched_getaffinity(0)),
            get_context("fork"),
            initializer=adopt,
            initargs=(course, launcher),
        ) as pool,
    ):
        futures = [(a, path, pool.submit(measure, a, path, options.seeds)) for a, path in modules]
        for assignment in assignments:
            styles = {}
            for other, path, future in futures:
                if other.slug == assignment.slug:
                    styles[path.relative_to(ROOT).with_suffix("").as_posix()] = future.result()
                    print(f"{len(styles)} {assignment.slug} {path.stem}", file=sys.stderr)
            print_table(assignment, styles, options.seeds)


def modules_of(course: Course, assignment: Assignment) -> Iterator[Path]:
    yield course.solution_path(assignment.slug)
    yield from sorted((ROOT / "tests" / "zoo" / "right" / assignment.slug).glob("*.py"))


# What a forked measuring process works with.
_adopted: tuple[Course, Launcher]


def adopt(course: Course, launcher: Launcher) -> None:
    global _adopted
    _adopted = (course, launcher)


def measure(assignment: Assignment, module: Path, seeds: int) -> np.ndarray:
    """The validation accuracy under each course seed, as the training check comes to it."""
    course, launcher = _adopted
    digits = load_digits(course.data_dir, "train")
    unseen = load_digits(course.data_dir, "test")
    # One worker trains all seeds, so the limits of one grading do not fit.
    limits = Limits(wall_s=3600, cpu_s=3600, memory_mib=assignment.limits.memory_mib, output_kib=1)
    text = module.read_text(encoding="utf-8-sig")
    accuracies = []
    with Student(launcher, assignment.slug, text, limits) as student:
        for seed in range(1, seeds + 1):
            name = f"{assignment.slug}/test_training"
            rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
            try:
                is_optimizer = assignment.slug in OPTIMIZERS
                if assignment.bands:
                    summary = run_own(student, assignment, digits, unseen, rng).summary
                else:
                    summary = run_training(
                        student, assignment, digits, rng, student_optimizer=is_optimizer
                    ).summary
            except StudentError as error:
                raise RuntimeError(f"{module}: seed {seed}: {error}") from None
            accuracies.append(summary.valid_accuracy)
    return np.array(accuracies)


def print_table(assignment: Assignment, styles: dict[str, np.ndarray], seeds: int) -> None:
    width = max(map(len, styles))
    print(f"\n{assignment.slug}: {assignment.epochs} epochs, {seeds} seeds")
    print(f"{'style':{width}}  mean   std    min")
    for name, accuracies in sorted(styles.items(), key=lambda style: style[1].mean()):
        mean, deviation, least = accuracies.mean(), accuracies.std(ddof=1), accuracies.min()
        print(f"{name:{width}}  {mean:.3f}  {deviation:.3f}  {least:.3f}")
    bound = min(a.mean() - SIGMAS * a.std(ddof=1) for a in styles.values())
    least = min(a.min() for a in styles.values())
    print(
        f"lowest mean - {SIGMAS} std: {bound:.3f}; lowest: {least:.3f}; "
        f"threshold in course.toml: {assignment.threshold:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
