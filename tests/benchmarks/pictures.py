"""Draw the guides' pictures in .github/, from real gradings of modules of the zoo.

Run from anywhere, with chromium on the PATH: `python tests/benchmarks/pictures.py`.

report.svg  what `grader check` prints
plot.png    what `grader check dropout --plot` draws
class.png   the class's page that `grader report` writes
"""

from __future__ import annotations

import argparse
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parents[2]
ZOO = ROOT / "tests" / "zoo"
sys.path.insert(0, str(ROOT))

from grader.course.manifest import Course, load_course  # noqa: E402
from grader.grading.known.grade import grade_submissions  # noqa: E402
from grader.report.terminal import print_assignment  # noqa: E402
from grader.submissions.reading import load_submission  # noqa: E402
from grader.workbench.guide import print_standing  # noqa: E402

PICTURES = ROOT / ".github"
REPORTED = {
    "relu": "tests/zoo/wrong/relu/test_hidden_is_relu/leaky.py",
    "momentum": "tests/zoo/right/momentum/nesterov.py",
    "adam": "assignments/adam.py",
    "dropout": "tests/zoo/wrong/dropout/test_drop_rate/rate_ignored.py",
}
CLASS_SIZE = 24
WINDOW = "960,1000"  # of the class's page, in pixels


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    course = load_course(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        draw_report(course, Path(folder) / "submission")
        draw_plot(Path(folder) / "plot")
        draw_class(course, Path(folder) / "class")


def draw_report(course: Course, submission: Path) -> None:
    console = Console(record=True, width=96, file=io.StringIO(), highlight=False)
    submission.mkdir()
    for slug, path in REPORTED.items():
        (submission / f"{slug}.py").write_bytes((ROOT / path).read_bytes())
    (report,) = grade_submissions(
        course,
        course.seed,
        [load_submission(submission, course.slugs)],
        [course.assignment(slug) for slug in REPORTED],
        1,
        lambda _, assignment: print_assignment(console, assignment),
        lambda engine: None,
    )
    print_standing(console, course, report)
    svg = console.export_svg(title="grader check")
    # Rich names a font on a server; a picture in a repository should load nothing.
    svg = re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.DOTALL)
    (PICTURES / "report.svg").write_text(svg, encoding="utf-8")


def draw_plot(folder: Path) -> None:
    work = folder / "assignments"
    work.mkdir(parents=True)
    shutil.copyfile(ROOT / REPORTED["dropout"], work / "dropout.py")
    grader("check", "dropout", "--plot", PICTURES / "plot.png", cwd=folder)


def draw_class(course: Course, folder: Path) -> None:
    rng = random.Random(course.seed)
    for number in range(CLASS_SIZE):
        submission = folder / "downloads" / f"{number:02d}"
        submission.mkdir(parents=True)
        for slug in course.slugs[: rng.choice((4, 8, 8, 8))]:  # not everybody gets to the end
            answers = "wrong" if rng.random() < 0.25 else "right"
            module = rng.choice(sorted((ZOO / answers / slug).rglob("*.py")))
            (submission / f"{slug}.py").write_bytes(module.read_bytes())
    grader("batch", "downloads", "--results", "results", cwd=folder)
    grader("report", "--results", "results", "--output", "site", "--anonymous", cwd=folder)
    subprocess.run(
        [
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--screenshot={PICTURES / 'class.png'}", f"--window-size={WINDOW}",
            (folder / "site" / "index.html").as_uri(),
        ],
        check=True,
    )  # fmt: skip


def grader(*arguments: str | Path, cwd: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode < 3, f"grader failed with status {ran.returncode}"


if __name__ == "__main__":
    main()
