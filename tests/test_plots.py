"""The picture of a check: what it is made of, and that any module leaves one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import REPOSITORY, RunGrader, hand_in, solution, wrong

from grader.course import load_course
from grader.grading import Engine, limits_of
from grader.plots import (
    DETAILS,
    NothingToShow,
    batchnorm_modes,
    collect_rows,
    dropout_modes,
)
from grader.report.model import AssignmentReport, CheckResult, Training, Verdict
from grader.report.plots import Row, Weights, write_plot
from grader.report.site.reference import load_reference
from grader.sandbox.client import Student, StudentError
from grader.sandbox.launch import Launcher
from grader.submission import load_submission

COURSE = load_course(REPOSITORY)
PNG = b"\x89PNG\r\n\x1a\n"


def right(slug: str, name: str) -> str:
    path = REPOSITORY / "tests" / "zoo" / "right" / slug / f"{name}.py"
    return path.read_text(encoding="utf-8")


def ask(launcher: Launcher, slug: str, source: str) -> object:
    """What the picture shows of this module beyond its training."""
    limits = limits_of(COURSE.assignment(slug))
    with Student(launcher, slug, source, limits) as student:
        return DETAILS[slug](student)


def check(run_grader: RunGrader, folder: Path, plot: Path, *slugs: str) -> tuple[int, str]:
    """`grader check SLUGS --plot PLOT` in the repository at `folder`: exit status, stderr."""
    ran = run_grader("check", *slugs, "--plot", plot, cwd=folder)
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
    assert "normal, variance 2/fan_in" in texts
    assert "eval mode, after 200 batches" in texts
    assert "no training run" not in texts


def test_the_files_name_says_what_kind_of_picture_it_is(
    run_grader: RunGrader, tmp_path: Path
) -> None:
    hand_in(tmp_path / "assignments", {"relu": solution("relu")})
    for name in ("a.PNG", "a.svg"):
        (tmp_path / name).write_text("an older picture")
        os.link(tmp_path / name, tmp_path / f"{name} as it was")
        assert check(run_grader, tmp_path, tmp_path / name, "relu") == (0, "")
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
    assert "the network has no usable weight of shape (512, 784)" in texts
    assert "no training run; look first at: The module imports" in texts
    assert "the stub is unchanged" in texts
    assert "not UTF-8" in texts
    assert "no file adam.py was handed in" in texts
    assert "ValueError: $\\frac{<b>&" in texts  # as it is, neither drawn as a formula nor as markup
    assert "\x1b" not in plot.read_text(encoding="utf-8")
    assert "exit status 3" in texts


# ---------------------------------------------------------------- training


@pytest.fixture
def relu_and_momentum(launcher: Launcher, tmp_path: Path) -> list[Row]:
    slugs = ("relu", "momentum")
    folder = hand_in(tmp_path / "in", {slug: solution(slug) for slug in slugs})
    engine = Engine(COURSE, launcher, 7)
    submission = load_submission(folder, COURSE.slugs)
    reports = [engine.grade(submission, COURSE.assignment(slug)).report for slug in slugs]
    return collect_rows(engine, submission, reports)


def test_curves_of_right_modules_are_about_in_the_bands(relu_and_momentum: list[Row]) -> None:
    for row in relu_and_momentum:
        training = row.report.training
        assert training is not None
        assert row.losses_band is not None and row.accuracies_band is not None
        for values, band, room in (
            (row.losses, row.losses_band, 0.1),
            (row.accuracies, row.accuracies_band, 0.05),
        ):
            assert len(values) == 5
            for value, low, high in zip(values, band.low, band.high, strict=True):
                assert low - room < value < high + room
        # The check's run has another seed.
        assert row.accuracies[-1] == pytest.approx(training.valid_accuracy, abs=0.05)
        assert row.detail is None


def test_every_assignment_has_a_band_of_accuracies_of_its_length() -> None:
    accuracies = load_reference().accuracies
    assert {slug: len(band.high) for slug, band in accuracies.items()} == {
        a.slug: a.epochs for a in COURSE.assignments
    }
    for slug, band in accuracies.items():
        for low, median, high in zip(band.low, band.median, band.high, strict=True):
            assert 0 <= low <= median <= high <= 1
        assert band.low[-1] > COURSE.assignment(slug).threshold


# ---------------------------------------------------------------- initial weights


@pytest.mark.parametrize(
    ("source", "rule", "is_uniform", "variances"),
    [
        (solution("kaiming_init"), "2/fan_in", False, (1, 1)),
        (right("kaiming_init", "transposed_weights"), "2/fan_in", False, (1, 1)),
        (right("kaiming_init", "truncated_normal"), "2/fan_in", False, (1, 1)),
        (right("kaiming_init", "uniform_by_hand"), "2/fan_in", True, (1, 1)),
        (right("kaiming_init", "fan_out_on_both"), "2/fan_out", True, (1, 1)),
        (wrong("kaiming_init", "test_weight_variance/torch_default.py"), "2/fan_in", True,
         (1 / 6, 1 / 6)),
        (wrong("kaiming_init", "test_weight_variance/lecun.py"), "2/fan_in", False, (0.5, 0.5)),
    ],
)  # fmt: skip
def test_weights_are_held_against_the_nearest_rule(
    launcher: Launcher,
    source: str,
    rule: str,
    is_uniform: bool,
    variances: tuple[float, float],
) -> None:
    weights = ask(launcher, "kaiming_init", source)
    assert isinstance(weights, Weights)
    assert weights.rule == rule
    assert weights.is_uniform == is_uniform
    for values, variance in zip(weights.values.values(), variances, strict=True):
        assert values.var() == pytest.approx(variance, rel=0.06)


def test_weights_that_are_all_alike_can_be_drawn(launcher: Launcher, tmp_path: Path) -> None:
    source = solution("kaiming_init").replace(
        'nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")',
        "nn.init.zeros_(weight)",
    )
    assert source != solution("kaiming_init")
    weights = ask(launcher, "kaiming_init", source)
    assert isinstance(weights, Weights)
    write_plot(tmp_path / "a.png", [row_with(detail=weights)])
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


# ---------------------------------------------------------------- train and eval mode


@pytest.mark.parametrize(
    "name", ["module_after_relu", "rand_comparison", "functional_on_the_baseline"]
)
def test_dropout_zeroes_or_doubles_in_train_mode(launcher: Launcher, name: str) -> None:
    source = right("dropout", name)
    with Student(launcher, "dropout", source, limits_of(COURSE.assignment("dropout"))) as student:
        shown = dropout_modes(student)
    kept, train = shown.modes["eval mode"], shown.modes["train mode"]
    dropped = train == 0
    assert shown.inputs.shape == kept.shape == train.shape
    assert 0.4 < dropped.mean() < 0.65
    np.testing.assert_allclose(train[~dropped], 2 * kept[~dropped], rtol=1e-4, atol=1e-5)


def test_dropout_that_does_nothing_is_seen_to_do_nothing(launcher: Launcher) -> None:
    source = wrong("dropout", "test_drop_rate/never_active.py")
    with Student(launcher, "dropout", source, limits_of(COURSE.assignment("dropout"))) as student:
        shown = dropout_modes(student)
    np.testing.assert_array_equal(shown.modes["eval mode"], shown.modes["train mode"])


def modes_of_batchnorm(launcher: Launcher, source: str) -> tuple[np.ndarray, ...]:
    limits = limits_of(COURSE.assignment("batchnorm"))
    with Student(launcher, "batchnorm", source, limits) as student:
        return tuple(batchnorm_modes(student).modes.values())


def test_batchnorm_in_eval_mode_comes_to_what_it_does_in_train_mode(launcher: Launcher) -> None:
    before, train, after = modes_of_batchnorm(launcher, solution("batchnorm"))
    assert np.abs(before - train).max() > 1
    assert np.abs(after - train).mean() < 0.2
    before, train, after = modes_of_batchnorm(
        launcher, wrong("batchnorm", "test_eval_mode/batch_statistics.py")
    )
    np.testing.assert_allclose(before, train, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after, train, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("slug", DETAILS)
def test_a_network_of_another_kind_is_named_not_drawn(launcher: Launcher, slug: str) -> None:
    with pytest.raises(NothingToShow, match="no usable weight of shape"):
        ask(launcher, slug, NOTHING_USABLE)
    with pytest.raises(StudentError, match="NotImplementedError"):
        ask(launcher, slug, (REPOSITORY / "assignments" / f"{slug}.py").read_text("utf-8"))


# ---------------------------------------------------------------- drawing


def row_with(
    losses: list[float] | None = None,
    accuracies: list[float] | None = None,
    title: str = "ReLU",
    verdict: Verdict = "failed",
    detail: Weights | None = None,
) -> Row:
    checks = [CheckResult("test_it", title, verdict, 0.0, 1.0, title, "", 0.0)]
    training = None if losses is None else Training(0.9, 0.8, losses, 0.4)
    report = AssignmentReport("relu", title, "failed", 0.0, 1.0, checks, training, "")
    reference = load_reference()
    return Row(
        report,
        losses or [],
        accuracies or [],
        reference.bands["relu"],
        reference.accuracies["relu"],
        detail,
        title,
    )


@pytest.mark.parametrize(
    "losses", [[0.0], [2.3] * 40, [1e300, 2e300], [2.0, 1.0, 0.7, 0.6, 0.5], [1e-9] * 5, None]
)
def test_any_curve_can_be_drawn(tmp_path: Path, losses: list[float] | None) -> None:
    write_plot(tmp_path / "a.svg", [row_with(losses), row_with(losses, [0.5] * len(losses or []))])
    assert ElementTree.parse(tmp_path / "a.svg")


def test_a_loss_beyond_the_scale_is_said_to_be(tmp_path: Path) -> None:
    write_plot(tmp_path / "a.svg", [row_with([2.0, 99.0, 2.0, 2.0, 2.0])])
    assert "up to 99, beyond this scale" in texts_of(tmp_path / "a.svg")


@pytest.mark.parametrize("verdict", ["failed", "not_judged"])
def test_text_is_drawn_as_it_is(tmp_path: Path, verdict: Verdict) -> None:
    nasty = "$\\frac{ <script>&amp; 更大 $x_"
    write_plot(tmp_path / "a.svg", [row_with(title=nasty, verdict=verdict)])
    write_plot(tmp_path / "a.png", [row_with(title=nasty, verdict=verdict)])
    texts = " ".join(texts_of(tmp_path / "a.svg").split())
    assert texts.count(nasty) == 3  # title, reason, note


def test_the_same_picture_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg", "a.png", "b.png"):
        write_plot(tmp_path / name, [row_with([2.0, 1.5, 1.0, 0.8, 0.6])])
    for kind in ("svg", "png"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()
    assert not re.search("20[0-9][0-9]-[01][0-9]", (tmp_path / "a.svg").read_text("utf-8"))
