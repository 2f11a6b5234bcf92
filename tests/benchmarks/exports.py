"""How long and how much memory each export takes for a large stored class, made of real results.

    python tests/benchmarks/exports.py [--students 10000] [--only FORMAT] [--keep DIR]

The solutions are graded as the one hand-in of a class, and what is stored of that is multiplied:
each student has modules, results and a grade of every assignment. A tenth of them have an override,
a third a comment. Each format is one `grader export`, start included. 100,000 students make a store
of some 3 GB. Exit status 1 if an export takes above 60 s or 1 GiB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.course.manifest import load_course
from grader.gradebook.export import FORMATS
from grader.gradebook.keeping.database import FILE

ROOT = Path(__file__).resolve().parents[2]
GRADER = [sys.executable, "-m", "grader"]
LIMIT_S, LIMIT_MIB = 60, 1024
EVERY_OVERRIDDEN, EVERY_COMMENTED = 10, 3
ANONYMOUS = "anonymous json"
# What is another one for student i; the rest of a row is copied.
STUDENT, NUMBER = "'s' || i", "id + i * 1000"
OTHERS = {
    "students": {
        "key": STUDENT,
        "source": STUDENT,
        "name": "'First' || i || ' Last' || i",
        "identifier": "100000 + i",
        "email": "'s' || i || '@example.org'",
        "login": "'login' || i",
    },
    "sources": {"code": "code || i"},
    "results": {"id": NUMBER, "code": "code || i"},
    "grades": {"id": NUMBER, "student": STUDENT, "result": "result + i * 1000"},
}


def store_class(folder: Path, students: int) -> None:
    """Store a class of `students`, each as if they had handed in the solutions, but for a line."""
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "solutions", Path(place) / "class" / "solved")
        batch = [*GRADER, "batch", str(Path(place) / "class"), "--results", str(folder)]
        subprocess.run(batch, cwd=ROOT, check=True, capture_output=True)
    store = sqlite3.connect(folder / FILE, isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF"):
        store.execute(f"PRAGMA {pragma}")
    ((original,),) = store.execute("SELECT key FROM students")
    store.execute("CREATE TEMPORARY TABLE numbers (i INTEGER PRIMARY KEY)")
    store.executemany("INSERT INTO numbers VALUES (?)", ((i,) for i in range(1, students + 1)))
    for table, others in OTHERS.items():
        names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        values = ", ".join(others.get(name, name) for name in names)
        store.execute(f"INSERT INTO {table} SELECT {values} FROM {table}, numbers")
    store.execute(
        "INSERT INTO overrides (student, slug, score, reason, at)"
        f" SELECT {STUDENT}, '', 50, 'as agreed', '2026-01-01T00:00:00Z' FROM numbers"
        f" WHERE i % {EVERY_OVERRIDDEN} = 0"
    )
    store.execute(
        "INSERT INTO comments (student, slug, text, at)"
        f" SELECT {STUDENT}, '', 'Well done.', '2026-01-01T00:00:00Z' FROM numbers"
        f" WHERE i % {EVERY_COMMENTED} = 0"
    )
    for table in ("handles", "grades"):
        store.execute(f"DELETE FROM {table} WHERE student = ?", [original])
    store.execute("DELETE FROM students WHERE key = ?", [original])
    store.close()


def write_canvas_csv(path: Path, students: int) -> None:
    assignments = [each for each in load_course(ROOT).assignments if each.graded]
    titles = [f"{each.title} ({100 + i})" for i, each in enumerate(assignments)]
    lines = [",".join(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])]
    lines.append(",".join(["    Points Possible", "", "", "", "", *["10.00"] * len(titles)]))
    for i in range(students, 0, -1):
        blank = [""] * len(titles)
        known = [f'"Last{i}, First{i}"', str(i), str(100_000 + i), f"login{i}", "A"]
        lines.append(",".join([*known, *blank]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def measure(format: str, results: Path, students: int, place: Path) -> tuple[float, float, float]:
    """Export as `place`/out: seconds, of them on a processor, and MiB at the peak."""
    options = ["--format", format]
    if format == ANONYMOUS:
        options = ["--format", "json", "--anonymous"]
    elif format == "canvas":
        write_canvas_csv(place / "canvas.csv", students)
        options += ["--canvas", str(place / "canvas.csv")]
    elif format == "blackboard":
        options += ["--column", "Total [Total Pts: 80 Score] |1"]
    command = [*GRADER, "export", "--results", str(results), "--output", str(place / "out")]
    start = time.perf_counter()
    exporting = subprocess.Popen(
        [*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(exporting.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise RuntimeError(f"the export to {format} ended with status {status}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--only", action="append", help="a format; may be given again")
    parser.add_argument("--keep", type=Path, help="keep the store here, or take it from here")
    arguments = parser.parse_args()
    too_much = False
    with tempfile.TemporaryDirectory() as scratch:
        results = arguments.keep or Path(scratch) / "results"
        if not results.exists():
            store_class(results, arguments.students)
        for format in arguments.only or (*FORMATS, ANONYMOUS):
            with tempfile.TemporaryDirectory(dir=scratch) as place:
                seconds, cpu_s, mib = measure(format, results, arguments.students, Path(place))
            too_much |= seconds > LIMIT_S or mib > LIMIT_MIB
            print(
                f"{format:15} {seconds:6.1f} s ({cpu_s:.1f} s CPU) {mib:6.0f} MiB at the peak",
                flush=True,
            )
    return too_much


if __name__ == "__main__":
    sys.exit(main())
