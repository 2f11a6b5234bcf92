"""`grader certify`: the zoo's verdicts under other PyTorch versions, thread counts and seeds.

Every module of `tests/zoo/right` should earn full marks, and every module of `tests/zoo/wrong`
should fail the check that its folder names, wherever and however it is graded. A condition is a
run of this repository's `grader grade` in a process of its own, by the interpreter that it names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from grader.course.manifest import Course
from grader.errors import GraderError
from grader.proof.zoo import Module, hand_in
from grader.report.model import AssignmentReport, Environment, ReportFile
from grader.text import count_of, printable

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
OTHER_SEED = 1  # added to the course's


@dataclass(frozen=True)
class Condition:
    """How the zoo is graded once; `threads` is what the caller's environment asks for."""

    python: str
    seed: int
    jobs: int
    threads: int | None = None

    def __str__(self) -> str:
        threads = (
            "threads as they are" if self.threads is None else f"threads set to {self.threads}"
        )
        return f"seed {self.seed}, {threads}, {self.jobs} at a time"


@dataclass(frozen=True)
class Certified:
    """A condition's verdicts: the checks that did not pass, by module."""

    condition: Condition
    environment: Environment
    failed: dict[Module, frozenset[str]]
    wrong_verdicts: list[str] = field(default_factory=list)  # a line for each


def conditions(course: Course, pythons: Sequence[str], jobs: int) -> list[Condition]:
    """For each interpreter: as it is; with other thread counts and jobs; with another seed."""
    return [
        condition
        for python in pythons
        for condition in (
            Condition(python, course.seed, jobs),
            Condition(python, course.seed, jobs + 1, threads=4),
            Condition(python, course.seed + OTHER_SEED, jobs, threads=1),
        )
    ]


def has_cuda(python: str) -> bool:
    """Whether this interpreter's PyTorch sees a CUDA device.

    Raises:
        GraderError: it has no PyTorch, or does not start.
    """
    code = "import torch; print(torch.cuda.is_available())"
    return run([python, "-c", code], Path.cwd(), dict(os.environ)).strip() == "True"


def certify(course: Course, modules: Sequence[Module], condition: Condition) -> Certified:
    """Grade the modules under this condition, and compare with what their folders say.

    Raises:
        GraderError: grading failed there.
    """
    with tempfile.TemporaryDirectory() as folder:
        placed = hand_in(course, modules, Path(folder) / "zoo")
        report_path = Path(folder) / "grades.json"
        submissions = sorted({str(Path(folder) / "zoo" / name) for name, _ in placed})
        command = [condition.python, "-m", "grader", "grade", *submissions]
        command += ["--json", str(report_path), "--seed", str(condition.seed)]
        command += ["--jobs", str(condition.jobs), "--allow-degraded"]
        for slug in dict.fromkeys(module.slug for module in modules):
            command += ["--only", slug]
        run(command, Path(folder), environment_for(course, condition))
        reports = msgspec.json.decode(report_path.read_bytes(), type=ReportFile).reports
    failed = {}
    lines = []
    for report in reports:
        for assignment in report.assignments:
            module = placed.get((report.submission, assignment.slug))
            if module is None:
                continue
            failed[module] = failed_checks(assignment)
            if not is_expected(module, failed[module]):
                names = ", ".join(sorted(failed[module])) or "none"
                lines.append(f"{module.name}: did not pass: {names}")
    return Certified(condition, reports[0].environment, failed, lines)


def environment_for(course: Course, condition: Condition) -> dict[str, str]:
    environment = dict(os.environ) | {"PYTHONPATH": str(course.root)}
    if condition.threads is not None:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(condition.threads))
    return environment


def run(command: Sequence[str], cwd: Path, environment: dict[str, str]) -> str:
    """What the command prints; a failure is a GraderError with its last line."""
    try:
        ran = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise GraderError(f"{command[0]}: can't be started: {error.strerror}") from None
    if ran.returncode:
        lines = ran.stderr.strip().splitlines() or [f"exit status {ran.returncode}"]
        raise GraderError(
            f"{command[0]}: {printable(lines[-1])}; install the dependencies of grader there"
        )
    return ran.stdout


def failed_checks(assignment: AssignmentReport) -> frozenset[str]:
    return frozenset(check.id for check in assignment.checks if check.verdict != "passed")


def is_expected(module: Module, failed: frozenset[str]) -> bool:
    """Full marks for a right module; for a wrong one, that the check it is meant for fails."""
    return not failed if module.kind == "right" else module.expected_to_fail in failed


def lines_about(certified: Certified, first: Certified) -> Iterator[str]:
    """What came out, each verdict that was not the expected one, and each module of which other
    checks failed than under the first condition."""
    environment = certified.environment
    yield (
        f"Python {environment.python}, torch {environment.torch}, NumPy {environment.numpy}, "
        f"{certified.condition}: {count_of(len(certified.failed), 'verdict')}, "
        f"{len(certified.wrong_verdicts)} not as the zoo expects"
    )
    yield from (f"  {line}" for line in certified.wrong_verdicts)
    others = [m.name for m, failed in certified.failed.items() if failed != first.failed[m]]
    if others:
        yield f"  other checks fail than under the first condition: {', '.join(others)}"


def pythons_or_own(pythons: Sequence[Path] | None) -> list[str]:
    return [str(path.absolute()) for path in pythons or []] or [sys.executable]
