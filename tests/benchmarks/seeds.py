"""Grade all solutions under many course seeds: none of them may fail a check.

    python tests/benchmarks/seeds.py [--seeds N] [--right]

Grades under the seeds 1 to N, on all cores, and prints each check that did not pass, then a count.
With --right the modules are the zoo's right ones instead of the solutions.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it, before NumPy is imported

from grader.course.manifest import Assignment, Course, load_course
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.sandbox.launch import open_launcher
from grader.submissions.model import Source, Submission

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100, metavar="N")
    parser.add_argument("--right", action="store_true", help="the zoo's right modules")
    options = parser.parse_args()
    course = load_course(ROOT)
    tasks = [
        (as_submission(path, assignment.slug), assignment)
        for assignment in course.assignments
        for path in modules_of(course, assignment, options.right)
    ]
    checks = failed = 0
    with open_launcher(course.baseline_path) as launcher:
        for seed in range(1, options.seeds + 1):
            engine = Engine(course, launcher, seed)
            graded = run_tasks(engine, tasks, len(os.sched_getaffinity(0)))
            for (submission, _), result in zip(tasks, graded, strict=True):
                checks += len(result.report.checks)
                for check in result.report.checks:
                    if check.verdict != "passed":
                        failed += 1
                        place = f"{submission.name}, seed {seed}, {check.id}"
                        print(f"{place}: {check.verdict}: {check.message}", flush=True)
            print(f"seed {seed}: {checks} checks so far, {failed} failed", file=sys.stderr)
    what = "right modules" if options.right else "solutions"
    print(f"{options.seeds} seeds, {len(tasks)} {what}: {checks} checks, {failed} failed")
    raise SystemExit(failed > 0)


def modules_of(course: Course, assignment: Assignment, right: bool) -> list[Path]:
    if right:
        return sorted((ROOT / "tests" / "zoo" / "right" / assignment.slug).glob("*.py"))
    return [course.solution_path(assignment.slug)]


def as_submission(path: Path, slug: str) -> Submission:
    text = path.read_text(encoding="utf-8-sig")
    return Submission(
        path.relative_to(ROOT).as_posix(), {slug: Source(slug, f"{slug}.py", text)}, {}
    )


if __name__ == "__main__":
    main()
