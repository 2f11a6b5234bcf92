"""The reference that grading is measured against: the training loops alone, in plain PyTorch.

It knows nothing of the grader and runs in a process of its own, in the caller's environment, with
one thread. For each line on stdin it trains and evaluates every solution once, as the training
checks do (the same networks, images, batches and epochs), and prints the CPU seconds that took.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
SIZES = (784, 512, 10)


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    torch.set_num_threads(1)
    runs = training_runs()
    for run in runs:  # torch imports and allocates much at first use
        run()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.process_time()
        for run in runs:
            run()
        print(time.process_time() - start, flush=True)


def training_runs() -> list[Callable[[], object]]:
    course = tomllib.loads((ROOT / "assignments" / "course.toml").read_text(encoding="utf-8"))
    baseline = import_file(ROOT / "assignments" / "baseline.py")
    images, labels = read_images()
    return [
        training_run(
            baseline,
            import_file(ROOT / "solutions" / f"{assignment['slug']}.py"),
            images,
            labels,
            assignment["epochs"],
        )
        for assignment in course["assignments"]
        if assignment.get("graded", True)
    ]


def training_run(
    baseline: ModuleType, solution: ModuleType, images: Tensor, labels: Tensor, epochs: int
) -> Callable[[], object]:
    """What trains `solution`'s part in the place of the baseline's, on (1500, F) images."""

    def run() -> None:
        if hasattr(solution, "Net"):
            net = solution.Net(*SIZES)
            optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
        else:
            net = baseline.Net(*SIZES)
            optimizer = solution.make_optimizer(net.parameters())
        baseline.train(net, optimizer, images[:1000], labels[:1000], epochs)
        baseline.accuracy(net, images[1000:], labels[1000:])

    return run


def read_images() -> tuple[Tensor, Tensor]:
    """All images (1500, 784) in [0, 1] and their labels; an IDX file has a header."""
    raw = ROOT / "data_cache" / "MNIST" / "raw"
    pixels = np.fromfile(raw / "train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, SIZES[0])
    labels = np.fromfile(raw / "train-labels-idx1-ubyte", np.uint8)[8:].astype(np.int64)
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255)), torch.from_numpy(labels)


def import_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
