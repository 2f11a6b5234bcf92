"""What a class costs in which many hand in the same code: CPU time against the bare training loops.

    python tests/benchmarks/known.py [--submissions 300]

A third of the answers to each task is the library call that everybody writes, a third are other
right answers and a third wrong ones, both drawn from the zoo. No two have the same bytes: each has
comments, blank lines and line ends of its own. Those that mean the same are graded once.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path

from class200 import bare_training_s, grade
from classes import ROOT, ZOO

from grader.course.manifest import Course, load_course
from grader.gradebook.keeping.store import open_store

AIM = 0.6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=300)
    size = parser.parse_args().submissions
    course = load_course(ROOT)
    before_s = bare_training_s()
    with tempfile.TemporaryDirectory() as folder:
        class_, results = Path(folder) / "class", Path(folder) / "results"
        hand_in(course, class_, size)
        _, cpu_s = grade(class_, results, "--jobs", "2")
        graded, looked_up = count(results)
    bare_s = size * (before_s + bare_training_s()) / 2
    print(f"{size} submissions: {graded} answers graded, {looked_up} looked up")
    print(f"CPU: {cpu_s:.0f} s; bare training of all: {bare_s:.0f} s")
    print(f"  ratio {cpu_s / bare_s:.2f} (at most {AIM})")


def hand_in(course: Course, folder: Path, size: int, seed: int = 2015) -> None:
    rng = random.Random(seed)
    for slug in course.slugs:
        library = course.solution_path(slug).read_text(encoding="utf-8")
        others = [sorted((ZOO / kind / slug).rglob("*.py")) for kind in ("right", "wrong")]
        texts = [library] * (size - 2 * (size // 3))
        for paths in others:
            texts += [rng.choice(paths).read_text(encoding="utf-8") for _ in range(size // 3)]
        rng.shuffle(texts)
        for number, text in enumerate(texts):
            submission = folder / f"student {number:03d}"
            submission.mkdir(parents=True, exist_ok=True)
            (submission / f"{slug}.py").write_bytes(as_typed(text, number, rng).encode())


def as_typed(text: str, number: int, rng: random.Random) -> str:
    """The same code as another student may have typed it."""
    blank = "\n" * rng.randrange(3)
    end = rng.choice(["\n", "\r\n"])
    return f"# student {number}\n{blank}{text}\n# done".replace("\n", end)


def count(results: Path) -> tuple[int, int]:
    """How many answers were graded, and how many looked up."""
    known = []
    with open_store(results) as store:
        for stored in store.students():
            known += [store.is_looked_up(h.result) for h in store.hand_ins(stored.student.key)]
    return known.count(False), known.count(True)


if __name__ == "__main__":
    main()
