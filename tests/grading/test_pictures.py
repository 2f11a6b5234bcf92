"""What a report shows of weights and activations, and that any module can be asked for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.repository import REPOSITORY, hand_in, solution, wrong

from grader.course.manifest import load_course
from grader.grading.engine import Engine, limits_of
from grader.grading.pictures import density, picture_of
from grader.report.model import (
    Activations,
    AssignmentReport,
    CheckResult,
    Mode,
    Picture,
    Weights,
)
from grader.sandbox.client import Student
from grader.sandbox.process import Launcher
from grader.submissions.reading import load_submission

COURSE = load_course(REPOSITORY)
NOTHING_USABLE = """\
from torch import nn

class Net(nn.Module):
    def __init__(self, f, h, o, p=0.5):
        super().__init__()
        self.only = nn.Linear(f, o)
    def forward(self, x):
        return self.only(x)
"""


def right(slug: str, name: str) -> str:
    path = REPOSITORY / "tests" / "zoo" / "right" / slug / f"{name}.py"
    return path.read_text(encoding="utf-8")


def ask(launcher: Launcher, slug: str, source: str) -> Picture | None:
    with Student(launcher, slug, source, limits_of(COURSE.assignment(slug))) as student:
        return picture_of(student, COURSE.assignment(slug).picture, [])


def grade(launcher: Launcher, folder: Path, slug: str, source: str) -> AssignmentReport:
    submission = load_submission(hand_in(folder, {slug: source}), COURSE.slugs)
    return Engine(COURSE, launcher, 7).grade(submission, COURSE.assignment(slug)).report


def test_the_reports_of_three_assignments_have_a_picture(
    launcher: Launcher, tmp_path: Path
) -> None:
    kinds = {"kaiming_init": Weights, "dropout": Activations, "batchnorm": Activations}
    for slug, kind in kinds.items():
        report = grade(launcher, tmp_path / slug, slug, solution(slug))
        assert (report.status, type(report.picture)) == ("passed", kind)
    assert grade(launcher, tmp_path / "relu", "relu", solution("relu")).picture is None


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
    launcher: Launcher, source: str, rule: str, is_uniform: bool, variances: tuple[float, float]
) -> None:
    weights = ask(launcher, "kaiming_init", source)
    assert isinstance(weights, Weights)
    assert weights.rule == rule
    assert weights.is_uniform == is_uniform
    assert weights.variances == pytest.approx(variances, rel=0.06)
    for shares in weights.densities:
        assert len(shares) == 48
        assert sum(shares) * 8 / 48 == pytest.approx(1, abs=1e-3)


def test_weights_that_are_all_alike_are_one_bar(launcher: Launcher) -> None:
    source = solution("kaiming_init").replace(
        'nn.init.kaiming_normal_(weight, mode="fan_in", nonlinearity="relu")',
        "nn.init.zeros_(weight)",
    )
    assert source != solution("kaiming_init")
    weights = ask(launcher, "kaiming_init", source)
    assert isinstance(weights, Weights)
    assert weights.variances == [0, 0]
    assert all(sum(value > 0 for value in density) == 1 for density in weights.densities)


def test_what_lies_beyond_four_deviations_is_counted_at_the_edges() -> None:
    shares = density(np.array([-1e6, -4.5, 0.1, 4.5, 5.0, 1e6, 0.1, 0.1]))
    assert [round(share * 8 / 48, 3) for share in shares if share] == [0.25, 0.375, 0.375]
    assert shares[0] and shares[-1]


# ---------------------------------------------------------------- train and eval mode


def modes(launcher: Launcher, slug: str, source: str) -> list[Mode]:
    shown = ask(launcher, slug, source)
    assert isinstance(shown, Activations)
    for mode in shown.modes:
        assert len(mode.values) == len(shown.inputs)
    return shown.modes


@pytest.mark.parametrize(
    "name", ["module_after_relu", "rand_comparison", "functional_on_the_baseline"]
)
def test_dropout_zeroes_or_doubles_in_train_mode(launcher: Launcher, name: str) -> None:
    kept, train = modes(launcher, "dropout", right("dropout", name))
    assert (kept.name, train.name) == ("eval mode", "train mode")
    assert 0.4 < train.zeros < 0.65
    for before, after in zip(kept.values, train.values, strict=True):
        assert after == 0 or after == pytest.approx(2 * before, rel=2e-3)


def test_dropout_that_does_nothing_is_seen_to_do_nothing(launcher: Launcher) -> None:
    source = wrong("dropout", "test_drop_rate/never_active.py")
    kept, train = modes(launcher, "dropout", source)
    assert kept.values == train.values


def test_batchnorm_in_eval_mode_comes_to_what_it_does_in_train_mode(launcher: Launcher) -> None:
    before, train, after = modes(launcher, "batchnorm", solution("batchnorm"))
    assert before.mean > train.mean + 0.5
    assert after.mean == pytest.approx(train.mean, abs=0.1)
    assert after.deviation == pytest.approx(train.deviation, abs=0.1)
    source = wrong("batchnorm", "test_eval_mode/batch_statistics.py")
    before, train, after = modes(launcher, "batchnorm", source)
    assert before.values == pytest.approx(train.values, rel=1e-2, abs=1e-3)
    assert after.values == pytest.approx(train.values, rel=1e-2, abs=1e-3)


# ---------------------------------------------------------------- what can't be shown


@pytest.mark.parametrize("slug", ["kaiming_init", "dropout", "batchnorm"])
def test_a_module_that_cannot_show_it_has_no_picture(launcher: Launcher, slug: str) -> None:
    assert ask(launcher, slug, NOTHING_USABLE) is None
    assert (
        ask(launcher, slug, (REPOSITORY / "assignments" / f"{slug}.py").read_text("utf-8")) is None
    )
    assert ask(launcher, slug, "import os\nos._exit(3)\n") is None
    assert ask(launcher, slug, solution(slug).replace("class Net", "class Other")) is None


def test_a_module_that_has_ended_its_worker_is_not_asked_again(launcher: Launcher) -> None:
    limits = limits_of(COURSE.assignment("dropout"))
    ended = CheckResult("test_it", "It runs", "crashed", 0.0, 1.0, "", "", 0.0)
    with Student(launcher, "dropout", solution("dropout"), limits) as student:
        assert picture_of(student, "train_and_eval", [ended]) is None
        assert student.protections == {}  # no worker was started
