"""What the usual imports at the top of a module cost: a right ReLU graded with and without them.

Run from anywhere on an idle machine: `python tests/benchmarks/imports.py [PAIRS]`. Both are graded
in turn, PAIRS times (default 60), by one zygote; the median of the pairs' quotients is what counts,
as a slow moment of the machine meets both. It is to be at most 1.02.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.sandbox.launch import open_launcher
from grader.submissions.reading import Source, Submission

ROOT = Path(__file__).parents[2]
AT_MOST = 1.02
# The twelve that stand at the top most often, installed or not.
USUAL = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from tqdm import tqdm
from torchvision import datasets, transforms
from torchvision.datasets import MNIST
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from IPython.display import clear_output
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=int, nargs="?", default=60, metavar="PAIRS")
    pairs = parser.parse_args().pairs
    course = load_course(ROOT)
    text = course.solution_path("relu").read_text(encoding="utf-8")
    with_imports = text.replace("import torch\n", f"{USUAL}import torch\n", 1)
    with open_launcher(course.baseline_path) as launcher:
        engine = Engine(course, launcher, course.seed)

        def seconds(source: str) -> float:
            submission = Submission("ann", {"relu": Source("relu", "relu.py", source)}, {})
            start = time.perf_counter()
            report = engine.grade(submission, course.assignment("relu")).report
            assert report.status == "passed" and not report.notes, report
            return time.perf_counter() - start

        seconds(text)  # starts the zygote
        measured = [(seconds(text), seconds(with_imports)) for _ in range(pairs)]
    plain, imported = (statistics.median(column) for column in zip(*measured, strict=True))
    quotient = statistics.median(b / a for a, b in measured)
    print(f"without imports {plain:.3f} s, with the usual twelve {imported:.3f} s")
    print(f"quotient {quotient:.3f} (at most {AT_MOST}), {pairs} pairs")
    sys.exit(quotient > AT_MOST)


if __name__ == "__main__":
    main()
