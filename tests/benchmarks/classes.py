"""A class to measure with: copies of right answers with differing bytes, and some that are not."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ZOO = ROOT / "tests" / "zoo"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("GRADER_DRAW", "1")  # reports are compared: the same is judged in each run

from grader.course.manifest import Course, load_course  # noqa: E402
from grader.gradebook.keeping.stored import open_gradebook  # noqa: E402


def hand_in_class(folder: Path, size: int, seed: int = 2015) -> Course:
    """`size` submissions: a tenth with a wrong answer, a twentieth broken, one hostile."""
    course = load_course(ROOT)
    rng = random.Random(seed)
    for number in range(size):
        submission = folder / f"student {number:03d}"
        submission.mkdir(parents=True)
        for slug in course.slugs:
            text = course.solution_path(slug).read_text(encoding="utf-8")
            (submission / f"{slug}.py").write_text(f"{text}number = {number}\n", encoding="utf-8")
        slug = rng.choice(course.slugs)
        if number % 10 == 1:
            wrong = rng.choice(sorted((ZOO / "wrong" / slug).rglob("*.py")))
            content = wrong.read_bytes() + b"\nnumber = %d\n" % number
            (submission / f"{slug}.py").write_bytes(content)
        if number % 20 == 2:
            (submission / f"{slug}.py").write_text(f"def broken(:  # {number}\n")
        if number == 3:
            hostile = rng.choice(sorted((ZOO / "hostile" / "relu").rglob("*.py")))
            (submission / "relu.py").write_bytes(hostile.read_bytes())
    return course


def start_batch(class_: Path, results: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "grader", "batch", class_, "--results", results, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )


def gradebook(course: Course, results: Path) -> list[Any]:
    """All that a run concluded, without what differs from run to run: times."""
    rows: list[Any] = []
    with open_gradebook(course, results) as entries:
        for entry in entries:
            rows.append((entry.student, entry.final, entry.max_score))
            for a in entry.report.assignments if entry.report else []:
                checks = [(c.id, c.verdict, c.points, c.message) for c in a.checks]
                rows.append((a.slug, a.status, a.score, a.training, a.output, checks))
    return rows
