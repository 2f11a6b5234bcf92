"""`kill -9` at random moments of runs over a class: the same command then finishes all the same.

    python tests/benchmarks/kills.py [--kills 20] [--submissions 30] [--only momentum]

After each kill, the run is finished and its gradebook compared with that of an undisturbed one.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from classes import gradebook, hand_in_class, start_batch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--submissions", type=int, default=30)
    parser.add_argument("--seed", type=int, default=2015)
    parser.add_argument("--only", nargs="*", default=[], metavar="SLUG")
    arguments = parser.parse_args()
    only = [text for slug in arguments.only for text in ("--only", slug)]
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        class_ = Path(folder) / "class"
        course = hand_in_class(class_, arguments.submissions)
        start = time.monotonic()
        undisturbed = Path(folder) / "undisturbed"
        finish(class_, undisturbed, only)
        wall_s = time.monotonic() - start
        expected = gradebook(course, undisturbed)
        print(f"undisturbed: {wall_s:.1f} s", flush=True)
        for number in range(arguments.kills):
            results = Path(folder) / f"results-{number}"
            process = start_batch(class_, results, *only)
            after_s = rng.uniform(0, wall_s)
            time.sleep(after_s)
            process.kill()
            process.wait()
            finish(class_, results, only)
            assert gradebook(course, results) == expected, f"kill {number} changed the gradebook"
            print(f"killed after {after_s:.2f} s: the same gradebook", flush=True)


def finish(class_: Path, results: Path, only: list[str]) -> None:
    status = start_batch(class_, results, *only).wait()
    assert status == 0, f"exit status {status}"


if __name__ == "__main__":
    main()
