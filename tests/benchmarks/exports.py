"""How long and how much memory each export takes for a class of 10,000, made of real reports.

    python tests/benchmarks/exports.py [--students N] [--reports FILE]

FILE is what `grader grade … --json FILE` wrote; without it the solutions are graded first. The
reports in it are dealt out to the students in turn, and decoded anew for each, as from the store.
Each format is written by a process of its own. Exit status 1 if one takes above 60 s or 1 GiB.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.gradebook.export import FORMATS, export
from grader.gradebook.keeping.results import StoredSource
from grader.gradebook.model import (
    AssignmentInfo,
    Entry,
    HandIn,
    Lateness,
    Override,
    Person,
)
from grader.gradebook.pseudonyms import Pseudonymised
from grader.report.model import Report, ReportFile

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S, LIMIT_MIB = 60, 1024


LATE = Lateness(
    late_s=90_000.0,
    percent=10.0,
    days=2,
    percent_a_day=5.0,
    due="2025-12-31T11:00:00+00:00",
    submitted_at="2026-01-01T12:00:00+00:00",
)


class Replicated:
    """A class of `students`, with names, e-mails, some late, some overridden, some absent."""

    def __init__(self, reports: Path, students: int) -> None:
        decoded = msgspec.json.decode(reports.read_bytes(), type=ReportFile).reports
        self.title = "A large class"
        self.assignments = [
            AssignmentInfo(a.slug, a.title, a.max_score) for a in decoded[0].assignments
        ]
        self._reports = [msgspec.json.encode(report) for report in decoded]
        self._students = students

    def __iter__(self) -> Iterator[Entry]:
        decoder = msgspec.json.Decoder(Report)
        for number in range(self._students):
            report = decoder.decode(self._reports[number % len(self._reports)])
            late = {"relu": LATE} if number % 10 == 0 else {}
            overrides = [Override("", 50.0, "as agreed", "2026-01-01T00:00:00Z")]
            is_absent = number % 50 == 49
            hand_ins = {a.slug: HandIn(code=f"{a.slug} {number}") for a in report.assignments}
            yield Entry(
                student=student_of(number),
                hand_ins={} if is_absent else hand_ins,
                report=None if is_absent else report,
                submitted_at="" if is_absent else "2026-01-01T12:00:00Z",
                overrides=overrides if number % 100 == 0 else [],
                lateness=late,
                final=None if is_absent else report.score * (0.9 if late else 1.0),
                max_score=report.max_score,
            )


class Sources:
    """The solutions, as if everybody had handed them in."""

    def __init__(self, gradebook: Replicated) -> None:
        self._gradebook = gradebook

    def handed_in(self) -> Iterator[tuple[str, str, str]]:
        for entry in self._gradebook:
            for slug, hand_in in entry.hand_ins.items():
                yield entry.student.key, slug, hand_in.code

    def source(self, code: str) -> StoredSource:
        slug = code.partition(" ")[0]
        return StoredSource(f"{slug}.py", (ROOT / "solutions" / f"{slug}.py").read_text(), "")

    def stub(self, slug: str) -> str:
        return (ROOT / "assignments" / f"{slug}.py").read_text()


def student_of(number: int) -> Person:
    return Person(
        key=f"s{number:05}",
        name=f"First{number} Last{number}",
        identifier=f"{100_000 + number}",
        email=f"s{number}@example.org",
        login=f"login{number}",
    )


def write_canvas_csv(path: Path, gradebook: Replicated, students: int) -> None:
    titles = [f"{a.title} ({100 + i})" for i, a in enumerate(gradebook.assignments)]
    lines = [",".join(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles])]
    lines.append(",".join(["    Points Possible", "", "", "", "", *["10.00"] * len(titles)]))
    for number in reversed(range(students)):
        s = student_of(number)
        name = f'"Last{number}, First{number}"'
        blank = [""] * len(titles)
        lines.append(",".join([name, str(number), s.identifier, s.login, "A", *blank]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_one(format: str, reports: Path, students: int, folder: Path) -> None:
    """Export, and print the seconds and the peak MiB of this process."""
    replicated = Replicated(reports, students)
    canvas_csv = None
    if format == "canvas":
        canvas_csv = folder / "from_canvas.csv"
        write_canvas_csv(canvas_csv, replicated, students)
    start = time.perf_counter()
    if format == "anonymous json":
        export(Pseudonymised(replicated, folder / "mapping.csv"), "json", folder / "out")
    else:
        export(
            replicated, format, folder / "out", canvas_csv=canvas_csv, sources=Sources(replicated)
        )
    seconds = time.perf_counter() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--reports", type=Path)
    parser.add_argument("--format", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.format:
        write_one(arguments.format, arguments.reports, arguments.students, arguments.folder)
        return 0
    too_much = False
    with tempfile.TemporaryDirectory() as place:
        reports = arguments.reports or Path(place) / "reports.json"
        if arguments.reports is None:
            grade = [sys.executable, "-m", "grader", "grade", "solutions", "--json", str(reports)]
            subprocess.run(grade, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for format in (*FORMATS, "anonymous json"):
            with tempfile.TemporaryDirectory(dir=place) as folder:
                command = [sys.executable, __file__, "--format", format, "--folder", folder]
                command += ["--reports", str(reports), "--students", str(arguments.students)]
                ran = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds, mib = map(float, ran.stdout.split())
                out = Path(folder) / "out"
                files = [f for f in out.rglob("*") if f.is_file()] if out.is_dir() else [out]
                written = sum(file.stat().st_size for file in files) / 2**20
            too_much |= seconds > LIMIT_S or mib > LIMIT_MIB
            print(f"{format:15} {seconds:6.1f} s {mib:6.0f} MiB peak {written:6.1f} MiB written")
    return too_much


if __name__ == "__main__":
    sys.exit(main())
