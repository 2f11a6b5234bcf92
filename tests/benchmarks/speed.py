"""Measure what grading costs, as ratios, each against its reference in the same run.

    python tests/benchmarks/speed.py

Reference and measurement take turns, and the table shows medians. It takes some minutes on two
cores; other work on the machine blurs it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from statistics import median

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the command line sets it, before NumPy is imported

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.grading.many import run_tasks
from grader.sandbox.launch import NO_FORK, open_launcher
from grader.sandbox.zygote import Zygote
from grader.submissions.reading import load_submission

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
WARM_TURNS, COLD_TURNS, JOBS_TURNS = 9, 5, 3
COPIES = 6  # submissions graded in one turn with one job and with two
ONE_STEP = """
import torch
parameter = torch.nn.Parameter(torch.ones(1))
parameter.grad = torch.ones(1)
torch.optim.SGD([parameter], lr=0.1).step()
"""


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    cores = len(os.sched_getaffinity(0))
    print(
        f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"torch {metadata.version('torch')}, NumPy {metadata.version('numpy')}"
    )
    print(f"{'':56} measured  reference   ratio   target")
    course = load_course(ROOT)
    with open_launcher(course.baseline_path) as launcher:
        engine = Engine(course, launcher, course.seed)
        submission = load_submission(ROOT / "solutions", course.slugs)
        tasks = [(submission, assignment) for assignment in course.assignments]

        def grade(copies: int = 1, jobs: int = 1) -> None:
            for graded in run_tasks(engine, tasks * copies, jobs):
                if graded.report.status != "passed":
                    raise SystemExit(f"{graded.report.slug} did not pass: {graded.report.checks}")

        grade()
        row("all eight, warm, one job: CPU s / bare training's", measure_warm(launcher, grade))
        row("submissions a second: two jobs / one", measure_jobs(grade))
        private = measure_memory(launcher, grade)
    row("`grader check relu`, cold: wall s / importing torch's", measure_cold())
    row("`grader check`: wall s without fork / forked", measure_without_fork(course.slugs))
    for what, seconds in measure_nothing_to_do(course.slugs):
        print(f"{f'`grader check` of {what}, wall s':56} {seconds:8.2f} {'':19} <= 0.5")
    print(f"{'private memory of a worker at its peak, MiB':56} {private:8.0f} {'':19} <= 200")
    print("Bare training runs in the caller's environment, so with malloc's defaults.")


def row(what: str, result: tuple[float, float, float, str]) -> None:
    measured, reference, ratio, target = result
    print(f"{what:56} {measured:8.2f} {reference:10.2f} {ratio:7.2f}  {target}", flush=True)


# ---------------------------------------------------------------- CPU time of a warm grading


def measure_warm(launcher: Zygote, grade: Callable[[], None]) -> tuple[float, float, float, str]:
    with bare_training() as train:
        pairs = []
        for _ in range(WARM_TURNS):
            reference = train()
            before = cpu_s(launcher.pid)
            grade()
            pairs.append((cpu_s(launcher.pid) - before, reference))
    ratio = median(measured / reference for measured, reference in pairs)
    return *map(median, zip(*pairs, strict=True)), ratio, "<= 1.25"


def cpu_s(zygote: int) -> float:
    """CPU time so far of this process, the zygote, and every worker, which have to have ended."""
    while Path(f"/proc/{zygote}/task/{zygote}/children").read_text().strip():
        time.sleep(0.002)
    own = os.times()
    fields = Path(f"/proc/{zygote}/stat").read_text().rpartition(")")[2].split()
    # proc(5): fields 14 to 17 of all, utime, stime, cutime and cstime; the first two are cut off.
    ticks = sum(map(int, fields[11:15]))
    return sum(own[:4]) + ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def bare_training() -> Iterator[Callable[[], float]]:
    """A process that trains what the checks train when called; gives the CPU seconds it took."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("bare_training.py"))],
        env=DEFAULT_ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        stdout.readline()

        def train() -> float:
            print(file=stdin, flush=True)
            return float(stdout.readline())

        yield train
        stdin.close()


# ---------------------------------------------------------------- jobs, memory


def measure_jobs(grade: Callable[..., None]) -> tuple[float, float, float, str]:
    pairs = [(wall_s(grade, COPIES, 2), wall_s(grade, COPIES, 1)) for _ in range(JOBS_TURNS)]
    two, one = map(median, zip(*pairs, strict=True))
    return COPIES / two, COPIES / one, median(one / two for two, one in pairs), ">= 1.8"


def measure_memory(launcher: Zygote, grade: Callable[[], None]) -> float:
    """The most memory in MiB that a worker of this grading does not share with the zygote."""
    ended = threading.Event()
    seen = [0]

    def watch() -> None:
        children = Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children")
        while not ended.wait(0.01):
            for pid in children.read_text().split():
                with contextlib.suppress(OSError):  # it has ended
                    seen.append(private_kib(int(pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    grade()
    ended.set()
    watcher.join()
    return max(seen) / 1024


def private_kib(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


# ---------------------------------------------------------------- a cold command


@dataclass(frozen=True)
class Copy:
    """A student's copy of the course, and the caches of one."""

    root: Path

    def write(self, slugs: Sequence[str], *, instead: str | None = None) -> None:
        """Put the solutions of these tasks, or something else, where the stubs are."""
        for slug in slugs:
            text = (self.root / "solutions" / f"{slug}.py").read_text(encoding="utf-8")
            module = self.root / "assignments" / f"{slug}.py"
            module.write_text(text if instead is None else instead, encoding="utf-8")

    def wall_s(self, *arguments: str, **environment: str) -> float:
        """Seconds that a Python takes with these arguments."""
        environment |= {"PYTHONPATH": str(self.root), "XDG_CACHE_HOME": str(self.root / "cache")}
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=DEFAULT_ENVIRONMENT | environment,
            capture_output=True,
        )
        return time.perf_counter() - start

    def check_s(self, *arguments: str, **environment: str) -> float:
        return self.wall_s("-m", "grader", "check", *arguments, **environment)


@contextmanager
def copy_of_the_course() -> Iterator[Copy]:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("grader", "assignments", "data_cache", "solutions"):
            shutil.copytree(ROOT / name, Path(folder) / name)
        yield Copy(Path(folder))


def in_turn(
    measure: Callable[[], float], reference: Callable[[], float], target: str
) -> tuple[float, float, float, str]:
    measure(), reference()  # files come from the disk once
    pairs = [(measure(), reference()) for _ in range(COLD_TURNS)]
    ratio = median(measured / reference for measured, reference in pairs)
    return *map(median, zip(*pairs, strict=True)), ratio, target


def measure_cold() -> tuple[float, float, float, str]:
    with copy_of_the_course() as copy:
        copy.write(["relu"])
        return in_turn(
            lambda: copy.check_s("relu", "--again"), lambda: copy.wall_s("-c", ONE_STEP), "<= 1.4"
        )


def measure_nothing_to_do(slugs: Sequence[str]) -> Iterator[tuple[str, float]]:
    """What was checked, and the seconds until `grader check` told that there is nothing to run."""
    with copy_of_the_course() as copy:
        for what, instead in (
            ("untouched stubs", None),
            ("what is no Python", "def Net(:\n"),
            ("what is unchanged", ""),
        ):
            if instead is not None:
                copy.write(slugs, instead=instead or None)
            copy.check_s()
            yield what, median(copy.check_s() for _ in range(COLD_TURNS))


def measure_without_fork(slugs: Sequence[str]) -> tuple[float, float, float, str]:
    with copy_of_the_course() as copy:
        copy.write(slugs)
        return in_turn(
            lambda: copy.check_s("--again", **{NO_FORK: "1"}),
            lambda: copy.check_s("--again"),
            "<= 1.5",
        )


def wall_s(function: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
