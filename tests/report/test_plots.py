"""The picture of a check: that any module leaves one, and any report can be drawn."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from helpers.commands import RunGrader
from helpers.reports import PICTURES
from helpers.repository import REPOSITORY, hand_in, solution

from grader.course.manifest import load_course
from grader.grading.engine import Engine
from grader.report.model import (
    AssignmentReport,
    CheckResult,
    Picture,
    Training,
    Verdict,
)
from grader.report.plots import write_plot
from grader.report.reference import load_reference
from grader.sandbox.process import Launcher
from grader.submissions.reading import load_submission

COURSE = load_course(REPOSITORY)
PNG = b"\x89PNG\r\n\x1a\n"


def check(run_grader: RunGrader, folder: Path, plot: Path, *slugs: str) -> tuple[int, str]:
    """`grader check SLUGS --plot PLOT` in the repository at `folder`: exit status, stderr."""
    ran = run_grader("check", *slugs, "--plot", plot, cwd=folder)
    assert f"drawn: {plot}" in "".join(ran.stdout.splitlines())  # lines may be folded
    return ran.status, ran.stderr


def texts_of(svg: Path) -> str:
    root = ElementTree.parse(svg).getroot()
    return "\n".join("".join(element.itertext()) for element in root.iter() if is_text(element))


def is_text(element: ElementTree.Element) -> bool:
    return element.tag.endswith("}text")


# ---------------------------------------------------------------- the command


def test_every_right_module_gives_its_row(run_grader: RunGrader, tmp_path: Path) -> None:
    slugs = ("kaiming_init", "l2", "dropout", "batchnorm")
    hand_in(tmp_path / "assignments", {slug: solution(slug) for slug in slugs})
    plot = tmp_path / "all.svg"
    assert check(run_grader, tmp_path, plot, *slugs) == (0, "")
    texts = texts_of(plot)
    for slug in slugs:
        assert f"{COURSE.assignment(slug).title} ({slug})  10/10" in texts
    assert texts.count("training loss, nats") == len(slugs)
    assert "New weights: variance " in texts
    assert "2/fan_in" in texts
    assert "eval mode, after 50 batches" in texts
    assert "no training run" not in texts


def test_the_files_name_says_what_kind_of_picture_it_is(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    stub = (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8")
    hand_in(tmp_path / "assignments", {"relu": stub})
    for name in ("a.PNG", "a.svg"):
        (tmp_path / name).write_text("an older picture")
        os.link(tmp_path / name, tmp_path / f"{name} as it was")
        assert check(run_grader, tmp_path, tmp_path / name, "relu") == (1, "")
        assert (tmp_path / f"{name} as it was").read_text() == "an older picture"
    assert (tmp_path / "a.PNG").read_bytes().startswith(PNG)
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()[:1000]
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.pdf", "a.pdf should end in .png or .svg"),
        ("png", "png should end in .png or .svg"),
        ("nowhere/a.png", "there is no folder"),
        ("folder.png", "is a folder"),
    ],
)
def test_a_file_that_cannot_be_drawn_is_refused_before_grading(
    run_grader: RunGrader, tmp_path: Path, name: str, words: str
) -> None:
    hand_in(tmp_path / "assignments", {})
    (tmp_path / "folder.png").mkdir()
    ran = run_grader("check", "--plot", name, cwd=tmp_path)
    assert (ran.status, ran.stdout) == (2, "")
    assert words in ran.stderr
    assert len(list(tmp_path.iterdir())) == 2


NOTHING_USABLE = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.only = nn.Linear(f, o)
    def forward(self, x):
        return self.only(x)
"""
RAISES = (
    "def Net(*sizes, p=0.5):\n    raise ValueError('$\\\\frac{<b>&\\x1b[31m\\ud800 更大 $x_')\n"
)


def test_modules_that_fail_give_a_picture_with_notes(run_grader: RunGrader, tmp_path: Path) -> None:
    modules = {
        "kaiming_init": NOTHING_USABLE,
        "extra_layer": "def Net(:\n",
        "relu": (REPOSITORY / "assignments" / "relu.py").read_text(encoding="utf-8"),
        "momentum": b"\xff",
        "dropout": RAISES,
        "batchnorm": "import os\nos._exit(3)\n",
    }
    hand_in(tmp_path / "assignments", modules)
    plot = tmp_path / "bad.svg"
    status, errors = check(run_grader, tmp_path, plot, *modules, "adam")
    assert (status, errors) == (1, "")
    texts = " ".join(texts_of(plot).split())
    assert "no training run; look first at: The module imports" in texts
    assert "the stub is unchanged" in texts
    assert "not UTF-8" in texts
    assert "no file adam.py was handed in" in texts
    assert "\x1b" not in plot.read_text(encoding="utf-8")


# ---------------------------------------------------------------- training


def test_curves_of_right_modules_are_about_in_the_bands(launcher: Launcher, tmp_path: Path) -> None:
    slugs = ("relu", "momentum")
    folder = hand_in(tmp_path / "in", {slug: solution(slug) for slug in slugs})
    engine = Engine(COURSE, launcher, 7)
    submission = load_submission(folder, COURSE.slugs)
    reference = load_reference()
    for slug in slugs:
        training = engine.grade(submission, COURSE.assignment(slug)).report.training
        assert training is not None
        for values, band, room in (
            (training.loss, reference.bands[slug], 0.1),
            (training.accuracy, reference.accuracies[slug], 0.05),
        ):
            assert len(values) == 5
            for value, low, high in zip(values, band.low, band.high, strict=True):
                assert low - room < value < high + room
        assert training.accuracy[-1] == training.train_accuracy


def test_the_reference_accuracies_end_above_the_threshold() -> None:
    for assignment in COURSE.assignments:
        if not assignment.epochs:
            continue
        band = load_reference().accuracies[assignment.slug]
        assert len(band.high) == assignment.epochs
        for low, median, high in zip(band.low, band.median, band.high, strict=True):
            assert 0 <= low <= median <= high <= 1
        assert band.low[-1] > assignment.threshold


# ---------------------------------------------------------------- drawing


def report_with(
    losses: list[float] | None = None,
    accuracies: list[float] | None = None,
    title: str = "ReLU",
    verdict: Verdict = "failed",
    picture: Picture | None = None,
) -> AssignmentReport:
    checks = [CheckResult("test_it", title, verdict, 0.0, 1.0, title, "", 0.0)]
    training = None if losses is None else Training(0.9, 0.8, losses, 0.4, accuracies or [])
    return AssignmentReport("relu", title, "failed", 0.0, 1.0, checks, training, "", picture)


@pytest.mark.parametrize("picture", PICTURES)
def test_any_picture_can_be_drawn(tmp_path: Path, picture: Picture) -> None:
    write_plot(tmp_path / "a.png", [report_with(), report_with(picture=picture)])
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize(
    "losses", [[0.0], [2.3] * 40, [1e300, 2e300], [2.0, 1.0, 0.7, 0.6, 0.5], [1e-9] * 5, None]
)
def test_any_curve_can_be_drawn(tmp_path: Path, losses: list[float] | None) -> None:
    write_plot(
        tmp_path / "a.svg", [report_with(losses), report_with(losses, [0.5] * len(losses or []))]
    )
    assert ElementTree.parse(tmp_path / "a.svg")


def test_a_loss_beyond_the_scale_is_said_to_be(tmp_path: Path) -> None:
    write_plot(tmp_path / "a.svg", [report_with([2.0, 99.0, 2.0, 2.0, 2.0])])
    assert "up to 99, beyond this scale" in texts_of(tmp_path / "a.svg")


@pytest.mark.parametrize("verdict", ["failed", "not_judged"])
def test_text_is_drawn_as_it_is(tmp_path: Path, verdict: Verdict) -> None:
    nasty = "$\\frac{ <script>&amp; 更大 $x_"
    write_plot(tmp_path / "a.svg", [report_with(title=nasty, verdict=verdict)])
    write_plot(tmp_path / "a.png", [report_with(title=nasty, verdict=verdict)])
    texts = " ".join(texts_of(tmp_path / "a.svg").split())
    assert texts.count(nasty) == 2  # title, reason


def test_the_same_picture_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        write_plot(tmp_path / name, [report_with([2.0, 1.5, 1.0, 0.8, 0.6])])
    for kind in ("svg", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert not re.search("20[0-9][0-9]-[01][0-9]", (tmp_path / "a.svg").read_text("utf-8"))
