"""What a MOOC costs beyond its grading: 20,000 hand-ins over two Dask workers on this machine.

    python tests/benchmarks/mooc.py [--hand-ins 20000]

Grading is replaced by sleeping for as long as it takes here, which is measured first, so that what
is left is the scheduler, the store, and reading what was handed in. A third of the hand-ins is the
library call that everybody writes, a third are the zoo's right answers, each with comments of its
own; in the rest no two mean the same. It takes some twenty minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import distributed
import msgspec
from classes import ROOT, ZOO
from known import count

from grader.course.manifest import load_course
from grader.grading.opening import open_engine
from grader.grading.task import Outcome
from grader.submissions.reading import load_submission

SLUG = "relu"
WORKERS, MANY = 2, 100
MEASURED = 15
OVERHEAD, MEMORY_MIB = 0.05, 1024
# What a worker does in the place of grading.
SLEEPING = """
import time
from pathlib import Path

import msgspec

from grader.batch import stations
from grader.grading.task import Outcome

OUTCOME = msgspec.msgpack.decode(Path({outcome!r}).read_bytes(), type=Outcome)


def sleep(engine, encoded):
    time.sleep(OUTCOME.graded.duration_s)
    return OUTCOME


stations.grade_task = sleep
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hand-ins", type=int, default=20_000)
    size = parser.parse_args().hand_ins
    outcome = measure()
    assert outcome.graded is not None
    cost_s = outcome.graded.duration_s
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        hand_in(folder / "class", size)
        with cluster(folder, outcome) as address:
            wall_s, cpu_s, peak_mib = grade(folder, address)
        graded, looked_up = count(folder / "results")
    assert graded + looked_up == size, f"{size - graded - looked_up} were lost"
    graded_s = graded * cost_s
    print(f"{size} hand-ins: {graded} graded at {cost_s:.3f} s each, {looked_up} looked up")
    print(f"{WORKERS} workers: {wall_s:.0f} s, of which each graded {graded_s / WORKERS:.0f} s")
    print(f"  overhead {wall_s * WORKERS / graded_s - 1:.1%} (at most {OVERHEAD:.0%})")
    print(f"memory of the submitting process: {peak_mib:.0f} MiB (at most {MEMORY_MIB})")
    # It can't hand out and store faster than it computes.
    print(
        f"{MANY} workers would take {max(graded_s / MANY, cpu_s):.0f} s: each grades "
        f"{graded_s / MANY:.0f} s, and the submitting process computes {cpu_s:.0f} s"
    )


def measure() -> Outcome:
    """A right module graded, which takes as long as it does when everything is warm."""
    course = load_course(ROOT)
    submission = load_submission(ROOT / "solutions", course.slugs)
    with open_engine(course) as engine:
        graded = [engine.grade(submission, course.assignment(SLUG)) for _ in range(MEASURED)]
        typical_s = median(each.duration_s for each in graded)
        typical = msgspec.structs.replace(graded[-1], duration_s=typical_s)
        return Outcome(typical, engine.environment)


def hand_in(folder: Path, size: int, seed: int = 2015) -> None:
    rng = random.Random(seed)
    library = (ROOT / "solutions" / f"{SLUG}.py").read_text(encoding="utf-8")
    others = sorted((ZOO / "right" / SLUG).glob("*.py"))
    right = [path.read_text(encoding="utf-8") for path in others]
    for number in range(size):
        kind = number % 3
        text = rng.choice(right) if kind == 1 else library
        own = f"number = {number}" if kind == 2 else f"# {number}"
        submission = folder / f"student {number:05d}"
        submission.mkdir(parents=True)
        (submission / f"{SLUG}.py").write_text(f"{text}\n{own}\n", encoding="utf-8")


@contextmanager
def cluster(folder: Path, outcome: Outcome) -> Iterator[str]:
    """The address of a scheduler with workers that sleep."""
    contact, preload, kept = (folder / name for name in ("contact.json", "sleeping.py", "outcome"))
    kept.write_bytes(msgspec.msgpack.encode(outcome))
    preload.write_text(SLEEPING.format(outcome=str(kept)))
    with ExitStack() as stack:

        def start(kind: str, *arguments: str | Path) -> None:
            options = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", contact]
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, *arguments],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(ROOT), "DASK_TEMPORARY_DIRECTORY": str(folder)},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)

        start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        for _ in range(WORKERS):
            start("worker", "--nthreads", "1", "--preload", preload)
        while not (contact.exists() and contact.stat().st_size):
            time.sleep(0.1)
        address = msgspec.json.decode(contact.read_bytes())["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(WORKERS, timeout=120)
        yield address


def grade(folder: Path, address: str) -> tuple[float, float, float]:
    """Wall and CPU seconds of `grader batch`, and its memory at its peak in MiB."""
    start = time.monotonic()
    batch = "batch", folder / "class", "--only", SLUG, "--results", folder / "results"
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *batch, "--dask", address],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"status {status}"
    cpu_s = usage.ru_utime + usage.ru_stime
    return time.monotonic() - start, cpu_s, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
