"""What a class costs: CPU time against the bare training loops, two jobs against one, a second run.

    python tests/benchmarks/class200.py [--submissions 200]

Figures mean something only on a machine that has nothing else to do.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from classes import ROOT, hand_in_class, start_batch

BARE_RUNS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=200)
    arguments = parser.parse_args()
    before_s = bare_training_s()
    with tempfile.TemporaryDirectory() as folder:
        class_ = Path(folder) / "class"
        hand_in_class(class_, arguments.submissions)
        two_s, _ = grade(class_, Path(folder) / "two", "--jobs", "2")
        again_s, _ = grade(class_, Path(folder) / "two", "--jobs", "2")
        # Bare training has a core to itself, too: cores that share a cache slow each other down.
        one_s, cpu_s = grade(class_, Path(folder) / "one", "--jobs", "1")
    bare_s = statistics.mean((before_s, bare_training_s()))
    each_s = cpu_s / arguments.submissions
    print(f"{arguments.submissions} submissions: {cpu_s:.0f} s of CPU")
    print(f"CPU a submission: {each_s:.2f} s; bare training: {bare_s:.2f} s")
    print(f"  ratio {each_s / bare_s:.2f} (at most 1.3)")
    print(f"wall time: {one_s:.1f} s on one job, {two_s:.1f} s on two")
    print(f"  ratio {one_s / two_s:.2f} (at least 1.8)")
    print(f"second run, unchanged: {again_s:.2f} s (at most 5)")


def grade(class_: Path, results: Path, *arguments: str) -> tuple[float, float]:
    """Wall and CPU time of a run, its zygote and all its workers included."""
    cpu_s, start = children_cpu_s(), time.monotonic()
    status = start_batch(class_, results, *arguments).wait()
    assert status in (0, 2), f"exit status {status}"
    return time.monotonic() - start, children_cpu_s() - cpu_s


def children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def bare_training_s() -> float:
    """CPU time of training all solutions once, without a grader; the median of some runs."""
    with subprocess.Popen(
        [sys.executable, ROOT / "tests" / "benchmarks" / "bare_training.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        times = []
        for _ in range(BARE_RUNS):
            print(file=process.stdin, flush=True)
            times.append(float(process.stdout.readline()))
        process.stdin.close()
    return statistics.median(times)


if __name__ == "__main__":
    main()
