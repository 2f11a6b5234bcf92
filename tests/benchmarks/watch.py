"""How long `grader watch relu` takes from a save to its result, beyond the training that it needs.

The real command runs in a terminal of its own; relu.py is saved again and again, with another
comment each time. Training is timed in the same run, in turns with the saves: a worker of a zygote
of our own is asked to train as the training check does, on the same module.
Run from anywhere: `python tests/benchmarks/watch.py`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from statistics import median

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from helpers.terminals import CLEAR, Terminal, open_terminal  # noqa: E402

from grader.course.digits import load_digits  # noqa: E402
from grader.course.manifest import Course, load_course  # noqa: E402
from grader.grading.engine import limits_of  # noqa: E402
from grader.grading.training.run import run_training  # noqa: E402
from grader.sandbox.client import Student  # noqa: E402
from grader.sandbox.launch import open_launcher  # noqa: E402
from grader.sandbox.process import Launcher  # noqa: E402

SAVES = 21
AIM_S = 0.3
PASSES = "10/10"


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("grader", "assignments", "solutions", "data_cache"):
            shutil.copytree(ROOT / name, root / name)
        module = root / "assignments" / "relu.py"
        text = (root / "solutions" / "relu.py").read_text(encoding="utf-8")
        module.write_text(text, encoding="utf-8")
        course = load_course(root)
        with (
            open_launcher(course.baseline_path) as launcher,
            open_terminal(root, "watch", "relu") as terminal,
        ):
            terminal.wait_for(PASSES, "1 of 8 pass")
            while terminal.read(1):  # until the other assignments are marked
                pass
            measured = [
                (
                    save(terminal, module, f"{text}number = {number}\n"),
                    train(course, launcher, text),
                )
                for number in range(SAVES)
            ]
    saving, training = (median(times) for times in zip(*measured, strict=True))
    beyond = sorted(result - trained for result, trained in measured)
    print(
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, "
        f"Python {platform.python_version()}, torch {metadata.version('torch')}"
    )
    print(f"from saving relu.py to its result, median of {SAVES}: {saving:.3f} s")
    print(f"training it alone, in turns with the saves, median:   {training:.3f} s")
    print(f"ratio of the medians:                                 {saving / training:.2f}")
    print(
        f"beyond training: median {median(beyond):.3f} s, most {beyond[-1]:.3f} s; "
        f"at most {AIM_S} s is wanted"
    )


def save(terminal: Terminal, module: Path, text: str) -> float:
    """Seconds from saving `text` until its result is on the screen."""
    pictures = terminal.shown.count(CLEAR)
    start = time.perf_counter()
    module.write_text(text, encoding="utf-8")
    # The result is the picture after the one that says that it is being checked.
    while terminal.shown.count(CLEAR) < pictures + 2 or PASSES not in terminal.screen:
        terminal.read(1)
    return time.perf_counter() - start


def train(course: Course, launcher: Launcher, source: str) -> float:
    """Seconds for the seed's loop on this module, in a worker that has imported it."""
    assignment = course.assignment("relu")
    digits = load_digits(course.data_dir, "train")
    with Student(launcher, "relu", source, limits_of(assignment)) as student:
        student.load()
        start = time.perf_counter()
        run_training(
            student, assignment, digits, np.random.default_rng(0), np.random.default_rng(0)
        )
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
