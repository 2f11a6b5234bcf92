"""Time and peak memory of the pages of 10,000 students, made by replicating real reports.

Grades the solutions, the stubs and two of the zoo's wrong modules an assignment, then writes the
site and the pages to send. Run from anywhere: `python tests/benchmarks/site.py [STUDENTS]`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from grader.course.manifest import Course, load_course
from grader.gradebook.model import AssignmentInfo, Entry, Gradebook, Lateness, Override, Person
from grader.grading.known.grade import grade_submissions
from grader.report.model import Report
from grader.site import write_feedback, write_site
from grader.submissions.reading import load_submission

ROOT = Path(__file__).parents[2]
STUDENTS = 10_000


LATE = Lateness(
    late_s=90_000.0,
    percent=10.0,
    days=2,
    percent_a_day=5.0,
    due="2026-03-01T21:00:00+00:00",
    submitted_at="2026-03-02T22:14:05+00:00",
)


class ReplicatedGradebook:
    """Reports over and over, each time decoded anew, as from a store."""

    title = "A large class"

    def __init__(self, reports: list[Report], students: int) -> None:
        self.assignments = [
            AssignmentInfo(a.slug, a.title, a.max_score) for a in reports[0].assignments
        ]
        self._reports = [msgspec.msgpack.encode(report) for report in reports]
        self._students = students

    def people(self) -> Iterator[Person]:
        for number in range(self._students):
            yield Person(key=f"student-{number:06d}", name=f"Student {number:06d}")

    def __iter__(self) -> Iterator[Entry]:
        for number in range(self._students):
            encoded = self._reports[number % len(self._reports)]
            report = msgspec.msgpack.decode(encoded, type=Report)
            late = {"relu": LATE} if number % 7 == 0 else {}
            override = Override("relu", 9.0, "graded by hand", "2026-03-05T10:00:00Z")
            yield Entry(
                student=Person(key=f"student-{number:06d}", name=f"Student {number:06d}"),
                report=report,
                submitted_at="2026-03-02T22:14:05Z",
                overrides=[override] if number % 11 == 0 else [],
                lateness=late,
                final=report.score,
                max_score=report.max_score,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("students", type=int, nargs="?", default=STUDENTS, metavar="STUDENTS")
    students = parser.parse_args().students
    gradebook = ReplicatedGradebook(grade_samples(load_course(ROOT)), students)
    for write in (write_site, write_feedback):
        with tempfile.TemporaryDirectory() as folder:
            measure(write, gradebook, Path(folder))


def measure(write: Callable[[Gradebook, Path], None], gradebook: Gradebook, folder: Path) -> None:
    start, start_cpu = time.perf_counter(), time.process_time()
    write(gradebook, folder)
    took_s, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sizes = [path.stat().st_size for path in folder.rglob("*.html")]
    print(
        f"{write.__name__}: {len(sizes)} pages, {sum(sizes) / 2**20:.0f} MiB in {took_s:.1f} s "
        f"({cpu_s:.1f} s CPU); peak memory of the process {peak_mib:.0f} MiB"
    )


def grade_samples(course: Course) -> list[Report]:
    """Real reports: all right, all untouched, and twice all wrong."""
    with tempfile.TemporaryDirectory() as name:
        folders = [ROOT / "solutions", ROOT / "assignments"]
        for number in (0, 1):
            folder = Path(name) / f"wrong-{number}"
            folder.mkdir()
            for slug in course.slugs:
                wrong = sorted((ROOT / "tests" / "zoo" / "wrong" / slug).glob("*/*.py"))
                (folder / f"{slug}.py").write_bytes(wrong[-1 - number].read_bytes())
            folders.append(folder)
        return grade_submissions(
            course,
            course.seed,
            [load_submission(folder, course.slugs) for folder in folders],
            course.assignments,
            1,
            lambda submission, report: None,
            lambda engine: None,
        )


if __name__ == "__main__":
    main()
